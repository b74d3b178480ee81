//! trailseal
