//! An engine: modules and data, checked together, then asked. Beyond regorus it bounds what a policy may cost,
//! answers `time.now_ns` from the input, and refuses at load what could not be answered as OPA would.
use crate::shape::{Shape, WHOLE};
use crate::{check, document, extensions, json, message, Outcome};
use regorus::utils::limits::ExecutionTimerConfig;
use regorus::{PolicyLengthConfig, QueryResults, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::num::{NonZeroU32, NonZeroUsize};
use std::sync::{Arc, Once, PoisonError, RwLock};
use std::time::{Duration, Instant};

/// Every bound comes from src/base/limits.h.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Limits {
    pub time_micros: u64,
    pub policy_bytes: usize,
    pub memory_bytes: u64, // of all engines of the process together
    pub strict: bool,      // an error of a builtin ends the evaluation; OPA's default, and ours, is undefined
}

pub struct Failure {
    pub outcome: Outcome,
    pub message: String,
}

impl Failure {
    pub fn invalid(message: impl Into<String>) -> Self {
        Self { outcome: Outcome::Invalid, message: message.into() }
    }

    fn of(error: anyhow::Error) -> Self {
        let message = message::one_line(&error.to_string());
        let exceeded = error.downcast_ref::<regorus::LimitError>().is_some()
            || LIMIT_WORDS.iter().any(|w| message.contains(w));
        if !exceeded {
            return Self { outcome: Outcome::Failed, message };
        }
        // What was measured is left out: a decision that holds the message has to be decided again with the same bytes.
        let words = [TIME_WORDS, MEMORY_WORDS].into_iter().find(|words| message.contains(words));
        Self { outcome: Outcome::Exceeded, message: words.map_or(message, str::to_string) }
    }

    fn of_text(error: anyhow::Error) -> Self {
        let failure = Self::of(error);
        if failure.is_of_memory() {
            return failure;
        }
        Self { outcome: Outcome::Invalid, ..failure }
    }

    fn is_of_memory(&self) -> bool {
        self.outcome == Outcome::Exceeded && self.message.contains(MEMORY_WORDS)
    }
}

// Limits that reach us as text only, because regorus folds errors of functions into it.
const LIMIT_WORDS: [&str; 3] = [TIME_WORDS, MEMORY_WORDS, "exceeds the limit"];
const TIME_WORDS: &str = "execution exceeded time limit";
const MEMORY_WORDS: &str = "exceeded memory limit";
const WORK_BETWEEN_CLOCK_READINGS: u32 = 64;
const LINE_COLUMNS_MAX: u32 = 64 * 1024;
const LINES_MAX: usize = 100_000;

/// The bound on memory is one for the process, so whoever meets it need not be who is at fault. Work that met it has
/// given back what it held and is done once more with nothing beside it; what fails then failed by itself.
static AT_WORK: RwLock<()> = RwLock::new(());

fn within_memory<T>(mut work: impl FnMut() -> Result<T, Failure>) -> Result<T, Failure> {
    let first = {
        let _with_others = AT_WORK.read().unwrap_or_else(PoisonError::into_inner);
        work()
    };
    match first {
        Err(failure) if failure.is_of_memory() => {
            let _alone = AT_WORK.write().unwrap_or_else(PoisonError::into_inner);
            work()
        }
        other => other,
    }
}

/// A document, read once for any number of engines.
pub struct Input {
    value: Value,
    now: Option<i64>,
}

impl Input {
    /// An empty text is no input: `input` is undefined. What the shape does not ask for is as if it were not there.
    pub fn read(text: &str, shape: &Shape) -> Result<Self, Failure> {
        let read = || document::read(text, shape).map_err(Failure::of_text);
        let value = if text.is_empty() { Value::Undefined } else { within_memory(read)? };
        Ok(Self { now: extensions::now_of(&value), value })
    }
}

#[derive(Clone)]
pub struct Engine {
    inner: regorus::Engine,
    /// As it was when prepared: what a failed evaluation left behind is dropped with the engine that holds it.
    unused: Option<Arc<regorus::Engine>>,
    limits: Limits,
    /// Paths of rules that `eval_rule` answers without parsing a query.
    plain_rules: Arc<BTreeSet<String>>,
    listing: Arc<str>,
    now: Option<i64>,
    input: Value,
    sources: Vec<(String, String)>, // until prepared
    data: Option<Value>,
}

impl Engine {
    pub fn new(limits: Limits) -> Self {
        static MEMORY: Once = Once::new();
        MEMORY.call_once(|| regorus::set_global_memory_limit(Some(limits.memory_bytes)));
        let inner = fresh(&limits);
        Self {
            inner,
            unused: None,
            limits,
            plain_rules: Arc::default(),
            listing: "[]".into(),
            now: None,
            input: Value::Undefined,
            sources: Vec::new(),
            data: None,
        }
    }

    pub fn add_policy(&mut self, name: &str, text: &str) -> Result<(), Failure> {
        if text.len() > self.limits.policy_bytes {
            return Err(Failure {
                outcome: Outcome::Exceeded,
                message: format!(
                    "{name}: {} bytes; a module has at most {}",
                    text.len(),
                    self.limits.policy_bytes
                ),
            });
        }
        check::text(name, text).map_err(Failure::invalid)?;
        within_memory(|| {
            self.inner.add_policy(name.to_string(), text.to_string()).map(drop).map_err(Failure::of_text)
        })?;
        self.sources.push((name.to_string(), text.to_string()));
        Ok(())
    }

    pub fn add_data(&mut self, text: &str) -> Result<(), Failure> {
        self.data = Some(within_memory(|| value_of(text))?);
        Ok(())
    }

    pub fn prepare(&mut self) -> Result<(), Failure> {
        let modules = check::Modules::read(&mut self.inner)?;
        let checked = check::all(&modules).map_err(Failure::invalid)?;
        self.plain_rules = Arc::new(modules.plain_rules());
        self.listing = checked.listing.into();
        self.rewrite(checked.rewritten)?;
        if let Some(data) = self.data.take() {
            self.inner.add_data(data).map_err(Failure::of_text)?;
        }
        // An empty query makes regorus schedule every rule, which finds unsafe variables.
        within_memory(|| self.inner.eval_query("true".to_string(), false).map(drop).map_err(Failure::of_text))?;
        self.unused = Some(Arc::new(self.inner.clone()));
        Ok(())
    }

    /// Takes the modules that say in words regorus knows what it would answer otherwise (see `check::all`).
    fn rewrite(&mut self, rewritten: BTreeMap<usize, String>) -> Result<(), Failure> {
        let sources = std::mem::take(&mut self.sources);
        if rewritten.is_empty() {
            return Ok(());
        }
        self.inner = fresh(&self.limits);
        for (at, (name, text)) in sources.into_iter().enumerate() {
            let text = rewritten.get(&at).cloned().unwrap_or(text);
            self.inner.add_policy(name, text).map_err(Failure::of_text)?;
        }
        Ok(())
    }

    pub fn set_input(&mut self, input: &Input) {
        self.now = input.now;
        self.input = input.value.clone();
        self.inner.set_input(self.input.clone());
    }

    pub fn eval(&mut self, query: &str) -> Result<Option<String>, Failure> {
        let value = if self.plain_rules.contains(query) {
            self.asked(|inner| inner.eval_rule(query.to_string()))?
        } else {
            let results = self.ask(query)?;
            match results.result.first().and_then(|row| row.expressions.last()) {
                Some(expression) => expression.value.clone(),
                None => Value::Undefined,
            }
        };
        Ok(if value == Value::Undefined { None } else { Some(json::text(&value)) })
    }

    /// The values of several queries, one a line, as a JSON array; null for what is undefined. The bound on time is one
    /// for all of them, and the one that is at work when it comes may still end.
    pub fn eval_all(&mut self, queries: &str) -> Result<String, Failure> {
        let begun = Instant::now();
        let mut out = String::from("[");
        for query in queries.lines() {
            if begun.elapsed() > Duration::from_micros(self.limits.time_micros) {
                return Err(Failure { outcome: Outcome::Exceeded, message: TIME_WORDS.to_string() });
            }
            if out.len() > 1 {
                out.push(',');
            }
            out.push_str(self.eval(query)?.as_deref().unwrap_or("null"));
        }
        out.push(']');
        Ok(out)
    }

    pub fn bindings(&mut self, query: &str) -> Result<String, Failure> {
        let results = self.ask(query)?;
        let rows = results.result.into_iter().filter(|row| {
            row.expressions.iter().all(|e| e.value != Value::Undefined && e.value != Value::Bool(false))
        });
        Ok(json::text(&Value::from(rows.map(|row| row.bindings).collect::<Vec<_>>())))
    }

    fn ask(&mut self, query: &str) -> Result<QueryResults, Failure> {
        check::text("query", query).map_err(Failure::invalid)?;
        self.asked(|inner| inner.eval_query(query.to_string(), false))
    }

    fn asked<T>(
        &mut self,
        work: impl Fn(&mut regorus::Engine) -> anyhow::Result<T>,
    ) -> Result<T, Failure> {
        within_memory(|| {
            let _ = self.inner.take_prints();
            let answer = extensions::with_facts(self.now, self.limits.strict, || work(&mut self.inner));
            answer.map_err(|error| {
                let failure = Failure::of(error);
                if failure.outcome == Outcome::Exceeded {
                    self.begin_anew();
                }
                failure
            })
        })
    }

    fn begin_anew(&mut self) {
        if let Some(unused) = &self.unused {
            self.inner = regorus::Engine::clone(unused);
            self.inner.set_input(self.input.clone());
        }
    }

    /// Every rule, as JSON; none before it is prepared.
    pub fn rules(&self) -> String {
        self.listing.to_string()
    }

    pub fn prints(&mut self) -> Result<String, Failure> {
        let lines = self.inner.take_prints().map_err(Failure::of)?;
        Ok(json::text(&Value::from(lines.into_iter().map(Value::from).collect::<Vec<_>>())))
    }

    pub fn cover(&mut self) {
        self.inner.set_enable_coverage(true);
        self.inner.clear_coverage_data();
    }

    pub fn coverage(&mut self) -> Result<String, Failure> {
        let report = self.inner.get_coverage_report().map_err(Failure::of)?;
        let lines = |of: &BTreeSet<u32>| {
            Value::from(of.iter().map(|l| Value::from(u64::from(*l))).collect::<Vec<_>>())
        };
        let mut out = Vec::new();
        for file in &report.files {
            let mut row = regorus::value::Object::default();
            row.insert(Value::from("file"), Value::from(file.path.as_str()));
            row.insert(Value::from("covered"), lines(&file.covered));
            row.insert(Value::from("not_covered"), lines(&file.not_covered));
            out.push(row.into_value());
        }
        Ok(json::text(&Value::from(out)))
    }
}

/// An engine with our bounds and builtins, without policies.
fn fresh(limits: &Limits) -> regorus::Engine {
    let mut inner = regorus::Engine::new();
    inner.set_strict_builtin_errors(limits.strict);
    inner.set_gather_prints(true);
    inner.set_policy_length_config(PolicyLengthConfig {
        max_col: NonZeroU32::new(LINE_COLUMNS_MAX).unwrap_or(NonZeroU32::MIN),
        max_file_bytes: NonZeroUsize::new(limits.policy_bytes.saturating_mul(2)).unwrap_or(NonZeroUsize::MIN),
        max_lines: NonZeroUsize::new(LINES_MAX).unwrap_or(NonZeroUsize::MIN),
    });
    inner.set_execution_timer_config(ExecutionTimerConfig {
        limit: Duration::from_micros(limits.time_micros),
        check_interval: NonZeroU32::new(WORK_BETWEEN_CLOCK_READINGS).unwrap_or(NonZeroU32::MIN),
    });
    extensions::add_to(&mut inner);
    inner
}

fn value_of(text: &str) -> Result<Value, Failure> {
    document::read(text, &WHOLE).map_err(Failure::of_text)
}

/// A panic is answered as an outcome; what Rust would print about it goes nowhere.
pub fn silence_panics() {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| std::panic::set_hook(Box::new(|_| {})));
}
