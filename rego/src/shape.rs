//! Which members of a document are asked for, so that no value is made of the others. What a list holds has the shape
//! of the list. Written as JSON: true is all of it, an object names members, `*` in it stands for those not named.
use crate::engine::Failure;
use serde_json::Value as Json;
use std::collections::BTreeMap;

const OTHERS: &str = "*";

#[derive(Clone)]
pub enum Shape {
    Whole,
    Members { named: BTreeMap<String, Shape>, others: Option<Box<Shape>> },
}

pub static WHOLE: Shape = Shape::Whole;

impl Shape {
    pub fn read(text: &str) -> Result<Self, Failure> {
        let json = serde_json::from_str(text).map_err(|error| Failure::invalid(error.to_string()))?;
        Self::of(&json)
    }

    fn of(json: &Json) -> Result<Self, Failure> {
        let Json::Object(members) = json else {
            let whole = *json == Json::Bool(true);
            return if whole {
                Ok(Shape::Whole)
            } else {
                Err(Failure::invalid("a shape is true or an object"))
            };
        };
        let (mut named, mut others) = (BTreeMap::new(), None);
        for (name, shape) in members {
            let shape = Self::of(shape)?;
            if name == OTHERS {
                others = Some(Box::new(shape));
            } else {
                named.insert(name.clone(), shape);
            }
        }
        Ok(Shape::Members { named, others })
    }

    /// What is asked for of a member; none: nothing.
    pub fn member(&self, name: &str) -> Option<&Shape> {
        match self {
            Shape::Whole => Some(&WHOLE),
            Shape::Members { named, others } => named.get(name).or(others.as_deref()),
        }
    }

    /// How many members an object of it mostly has.
    pub fn size(&self) -> usize {
        match self {
            Shape::Members { named, others: None } => named.len(),
            _ => 4,
        }
    }

    /// What either asks for.
    pub fn with(&self, other: &Shape) -> Shape {
        let (Shape::Members { named, others }, Shape::Members { named: more, others: rest }) = (self, other)
        else {
            return Shape::Whole;
        };
        let either = |name: &str| match (self.member(name), other.member(name)) {
            (Some(one), Some(two)) => one.with(two),
            (Some(one), None) | (None, Some(one)) => one.clone(),
            (None, None) => Shape::Whole,
        };
        let all = named.keys().chain(more.keys()).map(|name| (name.clone(), either(name))).collect();
        let others = match (others, rest) {
            (Some(one), Some(two)) => Some(Box::new(one.with(two))),
            (one, two) => one.clone().or_else(|| two.clone()),
        };
        Shape::Members { named: all, others }
    }
}
