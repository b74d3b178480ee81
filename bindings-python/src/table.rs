//! Tables: rows for people who loop, Arrow for data frames; the columns are those of the core.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use arrow_array::builder::{BooleanBuilder, Int64Builder, StringBuilder, TimestampSecondBuilder};
use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use arrow_array::{ArrayRef, RecordBatch, RecordBatchReader};
use arrow_schema::ffi::FFI_ArrowSchema;
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef, TimeUnit};
use pyo3::exceptions::PyIndexError;
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyDateTime, PyDelta, PyDict, PyTzInfo};
use trailseal::{Cell, Column, ColumnType, Objects, Report, Time};

use crate::hints::{self, Argument, Hinted};
use crate::work::guarded;

/// Rows of one record batch, and of one step through a table.
const BATCH_ROWS: usize = 16_384;

/// A report with what became of each object; tables share it.
pub(crate) struct Judged {
    pub(crate) report: Report,
    pub(crate) objects: Objects,
}

/// A table of a report.
///
/// It is a sequence of rows, each a dict from column to value: text, int, bool, a datetime in UTC, or None. Any library that
/// knows the Arrow PyCapsule interface reads it as a whole, with the same columns: `pandas.DataFrame.from_arrow(table)`,
/// `polars.DataFrame(table)`, `pyarrow.table(table)`, or duckdb by the name of the variable. None of them is needed.
/// What the columns mean is in <https://github.com/trailseal/trailseal/blob/main/docs/tables.md>.
///
/// >>> report = trailseal.verify("tampered.zip", keys="public-keys", covering=("2026-03-01", "2026-03-03"))
/// >>> table = report.findings
/// >>> table
/// <trailseal.Table findings: 14 rows × 20 columns>
/// >>> table.columns[:3]
/// ['code', 'effect', 'axis']
/// >>> [row["code"] for row in table if row["effect"] == "refutes"][:2]
/// ['log.missing', 'log.hash_mismatch']
#[pyclass(frozen, module = "trailseal")]
pub(crate) struct Table {
    judged: Arc<Judged>,
    table: trailseal::Table,
}

impl Table {
    pub(crate) fn of(judged: &Arc<Judged>, table: trailseal::Table) -> Self {
        Self { judged: Arc::clone(judged), table }
    }

    fn row_count(&self) -> usize {
        self.table.row_count(&self.judged.report, &self.judged.objects)
    }

    fn rows<'py>(&self, py: Python<'py>, first: usize, count: usize) -> PyResult<Vec<Bound<'py, PyDict>>> {
        let columns = self.table.columns();
        let rows = self.table.rows(&self.judged.report, &self.judged.objects, first).take(count);
        rows.map(|row| dict(py, &columns, row)).collect()
    }
}

#[pymethods]
impl Table {
    /// Its name: findings, asked, objects, coverage, chains, keys or lake.
    #[getter]
    fn name(&self) -> Hinted<hints::TableName, &'static str> {
        Hinted::new(self.table.name())
    }

    /// The names of its columns, in order.
    #[getter]
    fn columns(&self) -> Vec<&'static str> {
        self.table.columns().into_iter().map(|column| column.name).collect()
    }

    fn __len__(&self) -> usize {
        self.row_count()
    }

    fn __getitem__<'py>(&self, py: Python<'py>, index: isize) -> PyResult<Hinted<hints::Row, Bound<'py, PyDict>>> {
        guarded(|| {
            let count = self.row_count();
            let at = if index < 0 { count.checked_add_signed(index) } else { usize::try_from(index).ok() };
            let row = at.filter(|at| *at < count).map(|at| self.rows(py, at, 1)).transpose()?.and_then(|mut rows| rows.pop());
            row.map(Hinted::new).ok_or_else(|| PyIndexError::new_err(format!("the table has {count} rows")))
        })
    }

    fn __iter__(&self) -> TableRows {
        TableRows { table: Self::of(&self.judged, self.table), next: 0, waiting: Vec::new() }
    }

    /// The columns and their types, as an Arrow schema in a PyCapsule.
    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyResult<Hinted<hints::Object, Bound<'py, PyCapsule>>> {
        guarded(|| {
            let schema = FFI_ArrowSchema::try_from(schema(self.table).as_ref()).map_err(arrow_error)?;
            PyCapsule::new_with_value(py, schema, c"arrow_schema").map(Hinted::new)
        })
    }

    /// The table as an Arrow stream in a PyCapsule, in batches; a requested schema is not looked at.
    #[pyo3(signature = (requested_schema = None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Argument<'py, hints::Object>>,
    ) -> PyResult<Hinted<hints::Object, Bound<'py, PyCapsule>>> {
        let _ = requested_schema;
        guarded(|| {
            let batches = Batches { judged: Arc::clone(&self.judged), table: self.table, schema: schema(self.table), next: 0 };
            PyCapsule::new_with_value(py, FFI_ArrowArrayStream::new(Box::new(batches)), c"arrow_array_stream").map(Hinted::new)
        })
    }

    fn __repr__(&self) -> String {
        let (rows, columns) = (self.row_count(), self.table.columns().len());
        let rows = trailseal::counted(rows as u64, "row", "rows");
        format!("<trailseal.Table {}: {rows} × {columns} columns>", self.table.name())
    }
}

/// The rows of a table, one after the other.
#[pyclass(module = "trailseal")]
pub(crate) struct TableRows {
    table: Table,
    next: usize,
    waiting: Vec<Py<PyDict>>,
}

#[pymethods]
impl TableRows {
    fn __iter__(this: PyRef<'_, Self>) -> PyRef<'_, Self> {
        this
    }

    fn __next__(&mut self, py: Python<'_>) -> PyResult<Option<Hinted<hints::Row, Py<PyDict>>>> {
        guarded(|| {
            if self.waiting.is_empty() {
                let rows = self.table.rows(py, self.next, 256)?;
                self.next += rows.len();
                self.waiting = rows.into_iter().rev().map(Bound::unbind).collect();
            }
            Ok(self.waiting.pop().map(Hinted::new))
        })
    }
}

fn dict<'py>(py: Python<'py>, columns: &[Column], row: Vec<Cell<'_>>) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    for (column, cell) in columns.iter().zip(row) {
        match cell {
            Cell::Empty => dict.set_item(column.name, py.None())?,
            Cell::Text(text) => dict.set_item(column.name, text.as_ref())?,
            Cell::Integer(number) => dict.set_item(column.name, number)?,
            Cell::Boolean(value) => dict.set_item(column.name, value)?,
            // Python knows no year 0, which a hostile file may claim: that is given as text.
            Cell::Time(time) => match datetime(py, time) {
                Ok(time) => dict.set_item(column.name, time)?,
                Err(_) => dict.set_item(column.name, time.to_string())?,
            },
        }
    }
    Ok(dict)
}

fn datetime(py: Python<'_>, time: Time) -> PyResult<Bound<'_, PyAny>> {
    let epoch = PyDateTime::new(py, 1970, 1, 1, 0, 0, 0, 0, Some(&*PyTzInfo::utc(py)?))?;
    let days = i32::try_from(time.unix().div_euclid(86_400))?;
    let seconds = i32::try_from(time.unix().rem_euclid(86_400))?;
    epoch.add(PyDelta::new(py, days, seconds, 0, true)?)
}

fn schema(table: trailseal::Table) -> SchemaRef {
    let field = |column: &Column| {
        let holds = match column.holds {
            ColumnType::Text => DataType::Utf8,
            ColumnType::Integer => DataType::Int64,
            ColumnType::Boolean => DataType::Boolean,
            ColumnType::Time => DataType::Timestamp(TimeUnit::Second, Some("UTC".into())),
        };
        Field::new(column.name, holds, column.holds != ColumnType::Boolean)
    };
    Arc::new(Schema::new(table.columns().iter().map(field).collect::<Vec<_>>()))
}

fn arrow_error(error: ArrowError) -> PyErr {
    crate::error::defect(&error.to_string())
}

/// A table in pieces, each made when it is asked for.
struct Batches {
    judged: Arc<Judged>,
    table: trailseal::Table,
    schema: SchemaRef,
    next: usize,
}

impl Batches {
    fn batch(&mut self) -> Option<Result<RecordBatch, ArrowError>> {
        let mut columns: Vec<Builder> = self.table.columns().iter().map(Builder::of).collect();
        let mut count = 0;
        for row in self.table.rows(&self.judged.report, &self.judged.objects, self.next).take(BATCH_ROWS) {
            columns.iter_mut().zip(&row).for_each(|(column, cell)| column.push(cell));
            count += 1;
        }
        self.next += count;
        (count > 0).then(|| {
            let arrays = columns.into_iter().map(Builder::finish).collect();
            RecordBatch::try_new(Arc::clone(&self.schema), arrays)
        })
    }
}

impl Iterator for Batches {
    type Item = Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        // The caller is C, through which a panic cannot pass.
        catch_unwind(AssertUnwindSafe(|| self.batch()))
            .unwrap_or_else(|_| Some(Err(ArrowError::ExternalError("a defect of trailseal".into()))))
    }
}

impl RecordBatchReader for Batches {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }
}

/// A column under construction.
enum Builder {
    Text(StringBuilder),
    Integer(Int64Builder),
    Boolean(BooleanBuilder),
    Time(TimestampSecondBuilder),
}

impl Builder {
    fn of(column: &Column) -> Self {
        match column.holds {
            ColumnType::Text => Self::Text(StringBuilder::new()),
            ColumnType::Integer => Self::Integer(Int64Builder::new()),
            ColumnType::Boolean => Self::Boolean(BooleanBuilder::new()),
            ColumnType::Time => Self::Time(TimestampSecondBuilder::new().with_timezone("UTC")),
        }
    }

    /// What does not belong into the column is null; the core's own tests say that there is nothing such.
    fn push(&mut self, cell: &Cell<'_>) {
        match self {
            Self::Text(column) => column.append_option(if let Cell::Text(text) = cell { Some(text) } else { None }),
            Self::Integer(column) => column.append_option(match cell {
                Cell::Integer(number) => i64::try_from(*number).ok(),
                _ => None,
            }),
            Self::Boolean(column) => column.append_value(*cell == Cell::Boolean(true)),
            Self::Time(column) => column.append_option(if let Cell::Time(time) = cell { Some(time.unix()) } else { None }),
        }
    }

    fn finish(self) -> ArrayRef {
        match self {
            Self::Text(mut column) => Arc::new(column.finish()),
            Self::Integer(mut column) => Arc::new(column.finish()),
            Self::Boolean(mut column) => Arc::new(column.finish()),
            Self::Time(mut column) => Arc::new(column.finish()),
        }
    }
}
