//! Type hints for the stubs, where Rust's types do not say enough. Names are those of `python/trailseal/_types.py`.

use std::convert::Infallible;
use std::marker::PhantomData;

use pyo3::inspect::{PyStaticConstant, PyStaticExpr};
use pyo3::prelude::*;

/// A type in Python's words.
pub(crate) trait Hint {
    const TYPE: PyStaticExpr;
}

/// An argument that is looked at later, so that what is wrong with it can be said by its name.
pub(crate) struct Argument<'py, H> {
    pub(crate) value: Bound<'py, PyAny>,
    hint: PhantomData<H>,
}

impl<'py, H: Hint> FromPyObject<'_, 'py> for Argument<'py, H> {
    type Error = Infallible;
    const INPUT_TYPE: PyStaticExpr = H::TYPE;

    fn extract(value: Borrowed<'_, 'py, PyAny>) -> Result<Self, Infallible> {
        Ok(Self { value: value.to_owned(), hint: PhantomData })
    }
}

/// A result that is known more precisely than its Rust type says.
pub(crate) struct Hinted<H, V> {
    value: V,
    hint: PhantomData<H>,
}

impl<H, V> Hinted<H, V> {
    pub(crate) fn new(value: V) -> Self {
        Self { value, hint: PhantomData }
    }
}

impl<'py, H: Hint, V: IntoPyObject<'py>> IntoPyObject<'py> for Hinted<H, V> {
    type Target = V::Target;
    type Output = V::Output;
    type Error = V::Error;
    const OUTPUT_TYPE: PyStaticExpr = H::TYPE;

    fn into_pyobject(self, py: Python<'py>) -> Result<Self::Output, Self::Error> {
        self.value.into_pyobject(py)
    }
}

/// Declares hints: a name of `_types.py`, or an expression.
macro_rules! hints {
    ($($name:ident $(= $hint:expr)?;)*) => {
        $(
            pub(crate) enum $name {}
            impl Hint for $name {
                const TYPE: PyStaticExpr = hints!(@ $name $($hint)?);
            }
        )*
    };
    (@ $name:ident) => { pyo3::type_hint_identifier!("trailseal._types", stringify!($name)) };
    (@ $name:ident $hint:expr) => { $hint };
}

const STR: PyStaticExpr = pyo3::type_hint_identifier!("builtins", "str");
const TUPLE: PyStaticExpr = pyo3::type_hint_identifier!("builtins", "tuple");
const ELLIPSIS: PyStaticExpr = PyStaticExpr::Constant { value: PyStaticConstant::Ellipsis };
const DICT: PyStaticExpr = pyo3::type_hint_identifier!("builtins", "dict");
const ANY: PyStaticExpr = pyo3::type_hint_identifier!("typing", "Any");

hints! {
    Archive;
    Axis;
    AxisOutcome;
    Bytes;
    Covering;
    Effect;
    Keys;
    Limits;
    Names;
    Outcome;
    Path;
    Pins;
    ProgressArgument;
    Row;
    Scope;
    TableName;
    Object = pyo3::type_hint_identifier!("builtins", "object");
    Str = STR;
    Int = pyo3::type_hint_identifier!("builtins", "int");
    Document = pyo3::type_hint_subscript!(DICT, STR, ANY);
    Outcomes = pyo3::type_hint_subscript!(DICT, Axis::TYPE, AxisOutcome::TYPE);
    Reduced = pyo3::type_hint_subscript!(TUPLE, ANY, pyo3::type_hint_subscript!(TUPLE, ANY, ELLIPSIS));
}
