//! No rule depends on itself, and no chain of rules is longer than the evaluator's stack can follow.
use super::model::{Modules, Path};
use super::walk::{Used, Uses};
use std::collections::BTreeSet;

const CHAIN_MAX: usize = 256;

/// The rule groups (by path) that a reference can reach: on its way, at it, and below it.
fn reached(paths: &[&Path], used: &Used) -> Vec<usize> {
    let ground: Path = used.iter().map_while(Clone::clone).collect();
    let mut out: Vec<usize> = (1..ground.len())
        .filter_map(|n| paths.binary_search_by(|path| path.as_slice().cmp(&ground[..n])).ok())
        .collect();
    let from = paths.partition_point(|path| path.as_slice() < ground.as_slice());
    out.extend(
        (from..paths.len())
            .take_while(|at| paths[*at].starts_with(&ground))
            .filter(|at| meets(paths[*at], used)),
    );
    out
}

/// Whether a path and a reference agree as far as both go; a computed step agrees with every name.
fn meets(path: &Path, used: &Used) -> bool {
    path.iter().zip(used).all(|(name, step)| step.as_ref().is_none_or(|step| step == name))
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    New,
    Open,
    Done,
}

struct Search<'a> {
    modules: &'a Modules,
    paths: Vec<&'a Path>,
    edges: Vec<Vec<usize>>,
    state: Vec<State>,
    chain: Vec<usize>, // the longest chain below, once Done
}

pub fn check(modules: &Modules, uses: &Uses) -> Result<(), String> {
    let paths: Vec<&Path> = modules.by_path.keys().collect();
    let edges = modules
        .by_path
        .values()
        .map(|rules| {
            let targets = rules.iter().flat_map(|rule| &uses[*rule]).flat_map(|used| reached(&paths, used));
            targets.collect::<BTreeSet<_>>().into_iter().collect()
        })
        .collect();
    let count = paths.len();
    let mut search = Search { modules, paths, edges, state: vec![State::New; count], chain: vec![0; count] };
    (0..count).try_for_each(|start| search.from(start))
}

impl Search<'_> {
    /// Depth first, without recursion: `stack` holds (rule, how many of its edges are followed).
    fn from(&mut self, start: usize) -> Result<(), String> {
        if self.state[start] != State::New {
            return Ok(());
        }
        let mut stack = vec![(start, 0)];
        self.state[start] = State::Open;
        while let Some((rule, followed)) = stack.last_mut() {
            let rule = *rule;
            let Some(next) = self.edges[rule].get(*followed).copied() else {
                let below = self.edges[rule].iter().map(|next| self.chain[*next] + 1).max();
                self.chain[rule] = below.unwrap_or(0);
                self.bound(rule)?;
                self.state[rule] = State::Done;
                stack.pop();
                continue;
            };
            *followed += 1;
            match self.state[next] {
                State::Open => return Err(self.cycle(&stack, next)),
                State::New => {
                    self.state[next] = State::Open;
                    stack.push((next, 0));
                }
                State::Done => {}
            }
        }
        Ok(())
    }

    fn place(&self, rule: usize) -> String {
        let first = &self.modules.rules[self.modules.by_path[self.paths[rule]][0]];
        self.modules.modules[first.module].place(first.span())
    }

    fn bound(&self, rule: usize) -> Result<(), String> {
        if self.chain[rule] <= CHAIN_MAX {
            return Ok(());
        }
        let name = self.paths[rule].join(".");
        Err(format!(
            "{}: rule data.{name} stands on a chain of more than {CHAIN_MAX} rules",
            self.place(rule)
        ))
    }

    fn cycle(&self, stack: &[(usize, usize)], again: usize) -> String {
        let from = stack.iter().position(|(rule, _)| *rule == again).unwrap_or(0);
        let names: Vec<String> = stack[from..]
            .iter()
            .map(|(rule, _)| *rule)
            .chain([again])
            .map(|rule| format!("data.{}", self.paths[rule].join(".")))
            .collect();
        format!("{}: rule {} is recursive: {}", self.place(again), names[0], names.join(" -> "))
    }
}
