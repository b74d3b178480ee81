//! Positions in the long lists of a case.

use serde::{Deserialize, Serialize};

/// A position in one of the long lists, or none. Half as large as an `Option<usize>`, of which there would be several for every file;
/// what lies beyond four thousand million files is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Position(u32);

impl Position {
    pub(crate) const NONE: Self = Self(u32::MAX);

    pub(crate) fn of(index: usize) -> Self {
        u32::try_from(index).map_or(Self::NONE, Self)
    }

    pub(crate) fn get(self) -> Option<usize> {
        (self != Self::NONE).then_some(self.0 as usize)
    }
}
