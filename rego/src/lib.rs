//! The C interface of the Rego engine; src/rego/engine.cc is its only caller. An engine belongs to one thread at a
//! time. Every call returns an outcome, and leaves its value or its error as text in the engine, to be read with
//! `weir_rego_output` until the next call: whatever this crate makes, this crate frees. No panic leaves it.
#![deny(unsafe_op_in_unsafe_fn)]

mod builtins;
mod check;
mod document;
mod engine;
mod extensions;
mod json;
mod message;
mod shape;

use engine::{Engine, Failure, Input, Limits};
use shape::{Shape, WHOLE};
use std::panic::{catch_unwind, AssertUnwindSafe};

/// Bytes that somebody else owns.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Text {
    data: *const u8,
    size: usize,
}

impl Text {
    fn borrow(text: &str) -> Self {
        Self { data: text.as_ptr(), size: text.len() }
    }

    /// The bytes as UTF-8. The caller promises that they live as long as the call.
    unsafe fn read<'a>(self) -> Result<&'a str, Failure> {
        if self.size == 0 {
            return Ok("");
        }
        let bytes = unsafe { std::slice::from_raw_parts(self.data, self.size) };
        std::str::from_utf8(bytes)
            .map_err(|error| Failure::invalid(format!("byte {}: invalid UTF-8", error.valid_up_to())))
    }
}

#[repr(C)]
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Done = 0, // the value, or nothing for calls that have none
    Undefined = 1,
    Invalid = 2,  // the policy, the data, the input or the query is wrong
    Failed = 3,   // the evaluation failed: a conflict, or a builtin's error in strict mode
    Exceeded = 4, // a limit
    Internal = 5, // a bug in this crate or below
}

pub struct Handle {
    engine: Engine,
    output: String,
}

pub struct InputHandle {
    input: Option<Input>,
    output: String, // why there is none
}

const PANICKED: &str = "the Rego engine panicked";

/// Runs `work`, and keeps what it answers or why it failed in the handle.
unsafe fn run(
    handle: *mut Handle,
    work: impl FnOnce(&mut Engine) -> Result<Option<String>, Failure>,
) -> Outcome {
    let handle = unsafe { &mut *handle };
    let answer = catch_unwind(AssertUnwindSafe(|| work(&mut handle.engine)));
    let (outcome, output) = match answer {
        Ok(Ok(Some(value))) => (Outcome::Done, value),
        Ok(Ok(None)) => (Outcome::Undefined, String::new()),
        Ok(Err(failure)) => (failure.outcome, failure.message),
        Err(_) => (Outcome::Internal, PANICKED.to_string()),
    };
    handle.output = output;
    outcome
}

fn done() -> Result<Option<String>, Failure> {
    Ok(Some(String::new()))
}

#[no_mangle]
pub extern "C" fn weir_rego_new(limits: Limits) -> *mut Handle {
    engine::silence_panics();
    catch_unwind(|| Box::into_raw(Box::new(Handle { engine: Engine::new(limits), output: String::new() })))
        .unwrap_or(std::ptr::null_mut())
}

/// # Safety
/// `handle` came from `weir_rego_new` or `weir_rego_clone` and is not used again.
#[no_mangle]
pub unsafe extern "C" fn weir_rego_free(handle: *mut Handle) {
    if !handle.is_null() {
        let _ = catch_unwind(AssertUnwindSafe(|| drop(unsafe { Box::from_raw(handle) })));
    }
}

/// # Safety
/// `handle` is alive and nobody else uses it during the call. What is compiled is shared.
#[no_mangle]
pub unsafe extern "C" fn weir_rego_clone(handle: *const Handle) -> *mut Handle {
    let engine = unsafe { &(*handle).engine };
    catch_unwind(AssertUnwindSafe(|| {
        Box::into_raw(Box::new(Handle { engine: engine.clone(), output: String::new() }))
    }))
    .unwrap_or(std::ptr::null_mut())
}

/// # Safety
/// As for every call below: `handle` is alive, nobody else uses it during the call, and texts live as long.
#[no_mangle]
pub unsafe extern "C" fn weir_rego_add_policy(handle: *mut Handle, name: Text, text: Text) -> Outcome {
    unsafe { run(handle, |engine| engine.add_policy(name.read()?, text.read()?).and_then(|()| done())) }
}

/// # Safety
/// See `weir_rego_add_policy`.
#[no_mangle]
pub unsafe extern "C" fn weir_rego_add_data(handle: *mut Handle, json: Text) -> Outcome {
    unsafe { run(handle, |engine| engine.add_data(json.read()?).and_then(|()| done())) }
}

/// Checks all modules together; afterwards the engine answers queries.
/// # Safety
/// See `weir_rego_add_policy`.
#[no_mangle]
pub unsafe extern "C" fn weir_rego_prepare(handle: *mut Handle) -> Outcome {
    unsafe { run(handle, |engine| engine.prepare().and_then(|()| done())) }
}

/// Which members of inputs are asked for (see `shape`); null when the text says none.
/// # Safety
/// The text lives as long as the call. The shape is freed with `weir_rego_shape_free`; several threads may use it.
#[no_mangle]
pub unsafe extern "C" fn weir_rego_shape_read(json: Text) -> *mut Shape {
    catch_unwind(AssertUnwindSafe(|| unsafe { json.read() }.and_then(Shape::read)))
        .ok()
        .and_then(Result::ok)
        .map_or(std::ptr::null_mut(), |shape| Box::into_raw(Box::new(shape)))
}

/// What either shape asks for.
/// # Safety
/// Both are alive; for the new one see `weir_rego_shape_read`.
#[no_mangle]
pub unsafe extern "C" fn weir_rego_shape_merge(one: *const Shape, other: *const Shape) -> *mut Shape {
    let (one, other) = unsafe { (&*one, &*other) };
    catch_unwind(AssertUnwindSafe(|| Box::into_raw(Box::new(one.with(other))))).unwrap_or(std::ptr::null_mut())
}

/// # Safety
/// `shape` came from one of the two above and is not used again.
#[no_mangle]
pub unsafe extern "C" fn weir_rego_shape_free(shape: *mut Shape) {
    if !shape.is_null() {
        let _ = catch_unwind(AssertUnwindSafe(|| drop(unsafe { Box::from_raw(shape) })));
    }
}

/// Reads an input for any number of engines, what the shape asks for or, without one, all of it;
/// `weir_rego_input_output` has the error when it fails. Several threads may use it.
/// # Safety
/// The text lives as long as the call, the shape is alive or null; `read` is where the handle goes, freed with
/// `weir_rego_input_free`.
#[no_mangle]
pub unsafe extern "C" fn weir_rego_input_read(
    json: Text,
    shape: *const Shape,
    read: *mut *mut InputHandle,
) -> Outcome {
    let shape = unsafe { shape.as_ref() }.unwrap_or(&WHOLE);
    let answer =
        catch_unwind(AssertUnwindSafe(|| unsafe { json.read() }.and_then(|text| Input::read(text, shape))));
    let (outcome, handle) = match answer {
        Ok(Ok(input)) => (Outcome::Done, InputHandle { input: Some(input), output: String::new() }),
        Ok(Err(failure)) => (failure.outcome, InputHandle { input: None, output: failure.message }),
        Err(_) => (Outcome::Internal, InputHandle { input: None, output: PANICKED.to_string() }),
    };
    unsafe { *read = Box::into_raw(Box::new(handle)) };
    outcome
}

/// # Safety
/// `input` is alive.
#[no_mangle]
pub unsafe extern "C" fn weir_rego_input_output(input: *const InputHandle) -> Text {
    Text::borrow(unsafe { &(*input).output })
}

/// # Safety
/// `input` came from `weir_rego_input_read` and is not used again.
#[no_mangle]
pub unsafe extern "C" fn weir_rego_input_free(input: *mut InputHandle) {
    if !input.is_null() {
        let _ = catch_unwind(AssertUnwindSafe(|| drop(unsafe { Box::from_raw(input) })));
    }
}

/// The engine's next queries are asked under this input.
/// # Safety
/// See `weir_rego_add_policy`; `input` is alive.
#[no_mangle]
pub unsafe extern "C" fn weir_rego_set_input(handle: *mut Handle, input: *const InputHandle) -> Outcome {
    unsafe {
        run(handle, |engine| match &(*input).input {
            Some(input) => {
                engine.set_input(input);
                done()
            }
            None => Err(Failure::invalid("the input could not be read")),
        })
    }
}

/// The value of a query, as JSON.
/// # Safety
/// See `weir_rego_add_policy`.
#[no_mangle]
pub unsafe extern "C" fn weir_rego_eval(handle: *mut Handle, query: Text) -> Outcome {
    unsafe { run(handle, |engine| engine.eval(query.read()?)) }
}

/// The values of several queries, one a line, as a JSON array; null for what is undefined.
/// # Safety
/// See `weir_rego_add_policy`.
#[no_mangle]
pub unsafe extern "C" fn weir_rego_eval_all(handle: *mut Handle, queries: Text) -> Outcome {
    unsafe { run(handle, |engine| engine.eval_all(queries.read()?).map(Some)) }
}

/// Every answer to a query as a JSON array of the variables' values.
/// # Safety
/// See `weir_rego_add_policy`.
#[no_mangle]
pub unsafe extern "C" fn weir_rego_bindings(handle: *mut Handle, query: Text) -> Outcome {
    unsafe { run(handle, |engine| engine.bindings(query.read()?).map(Some)) }
}

/// The rules of all modules, as JSON: `[{"file", "line", "package", "name", "function",
/// "reads_time"}]`.
/// # Safety
/// See `weir_rego_add_policy`.
#[no_mangle]
pub unsafe extern "C" fn weir_rego_rules(handle: *mut Handle) -> Outcome {
    unsafe { run(handle, |engine| Ok(Some(engine.rules()))) }
}

/// What `print` said during the last evaluation, as a JSON array of lines.
/// # Safety
/// See `weir_rego_add_policy`.
#[no_mangle]
pub unsafe extern "C" fn weir_rego_prints(handle: *mut Handle) -> Outcome {
    unsafe { run(handle, |engine| engine.prints().map(Some)) }
}

/// Starts to note which lines are evaluated.
/// # Safety
/// See `weir_rego_add_policy`.
#[no_mangle]
pub unsafe extern "C" fn weir_rego_cover(handle: *mut Handle) -> Outcome {
    unsafe {
        run(handle, |engine| {
            engine.cover();
            done()
        })
    }
}

/// The lines evaluated since, as JSON: `[{"file", "covered": [...], "not_covered": [...]}]`.
/// # Safety
/// See `weir_rego_add_policy`.
#[no_mangle]
pub unsafe extern "C" fn weir_rego_coverage(handle: *mut Handle) -> Outcome {
    unsafe { run(handle, |engine| engine.coverage().map(Some)) }
}

/// The value or error of the last call; valid until the next call on this handle.
/// # Safety
/// See `weir_rego_add_policy`.
#[no_mangle]
pub unsafe extern "C" fn weir_rego_output(handle: *const Handle) -> Text {
    Text::borrow(unsafe { &(*handle).output })
}

/// Part of decision records: it changes whenever a policy could be answered differently.
#[no_mangle]
pub extern "C" fn weir_rego_version() -> Text {
    Text::borrow("regorus 0.14.1+weir2")
}
