//! A pickle machine that executes nothing: classes and functions are names, and only those that make up a `state_dict` are
//! understood; whatever else a checkpoint holds becomes an opaque value that carries its class.
//!
//! Values live in one list and name each other by index, so neither cycles nor deep nesting cost stack, and what a pickle
//! takes in memory is a fixed multiple of its length.

use std::collections::HashMap;
use std::rc::Rc;

use crate::text::{Phrase, phrase};

/// A value's index.
pub(super) type Id = usize;

/// A value; containers hold indices of others.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    None,
    Whole(i64),
    Text(String),
    Tuple(Vec<Id>),
    List(Vec<Id>),
    Dict(Vec<(Id, Id)>),
    /// A class or function, `torch._utils._rebuild_tensor_v2`.
    Global(Rc<str>),
    /// Numbers in an entry of the archive.
    Storage(Storage),
    Tensor(TensorView),
    /// An object of a class that is not known here.
    Opaque(Rc<str>),
    /// Truth values, floating-point numbers, bytes: nothing that a tensor is made of.
    Other,
}

/// Numbers in an entry of the archive.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Storage {
    /// `FloatStorage`.
    pub kind: String,
    /// `data/KEY` is the entry.
    pub key: String,
    /// How many numbers it claims to hold.
    pub len: u64,
}

/// A window on a storage, in numbers.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct TensorView {
    pub storage: Id,
    pub offset: u64,
    pub shape: Vec<u64>,
    pub strides: Vec<u64>,
}

/// What a pickle holds.
pub(super) struct Pickle {
    pub values: Vec<Value>,
    pub root: Id,
}

/// Most sides of a tensor.
const MOST_SIDES: usize = 32;

/// Runs a pickle of protocol 2 to 5.
///
/// # Errors
/// Says what is wrong and at which byte.
pub(super) fn read(bytes: &[u8]) -> Result<Pickle, Phrase> {
    let mut machine = Machine {
        bytes,
        at: 0,
        values: Vec::new(),
        stack: Vec::new(),
        marks: Vec::new(),
        memo: HashMap::new(),
        copied: 0,
    };
    loop {
        let at = machine.at;
        match machine.step() {
            Ok(None) => {}
            Ok(Some(root)) => return Ok(Pickle { values: machine.values, root }),
            Err(Stop::Short) => return Err(phrase!("pickle-short", byte = bytes.len())),
            Err(Stop::Unknown(code)) => {
                return Err(phrase!("pickle-unknown", code = format!("{code:#04x}"), byte = at));
            }
            Err(Stop::Damaged) => return Err(phrase!("pickle-damaged", byte = at)),
        }
    }
}

enum Stop {
    /// The bytes end in the middle.
    Short,
    /// An operation that `torch.save` never writes.
    Unknown(u8),
    /// An operation without the operands that it needs.
    Damaged,
}

struct Machine<'a> {
    bytes: &'a [u8],
    at: usize,
    values: Vec<Value>,
    stack: Vec<Id>,
    marks: Vec<usize>,
    memo: HashMap<u32, Id>,
    /// Bytes that were copied out of values which the memo can offer again and again.
    copied: usize,
}

impl Machine<'_> {
    /// One operation; the root when it was the last.
    fn step(&mut self) -> Result<Option<Id>, Stop> {
        let code = self.byte()?;
        match code {
            b'.' => return self.pop().map(Some),
            0x80 => {
                if self.byte()? > 5 {
                    return Err(Stop::Damaged);
                }
            }
            0x95 => drop(self.take(8)?),
            b'(' => self.marks.push(self.stack.len()),
            b'0' => drop(self.pop()?),
            b'1' => drop(self.marked()?),
            b'2' => {
                let top = *self.stack.last().ok_or(Stop::Damaged)?;
                self.stack.push(top);
            }
            b'N' => self.push(Value::None),
            0x88 | 0x89 => self.push(Value::Other),
            b'J' => {
                let bytes = self.array::<4>()?;
                self.push(Value::Whole(i32::from_le_bytes(bytes).into()));
            }
            b'K' => {
                let number = self.byte()?;
                self.push(Value::Whole(number.into()));
            }
            b'M' => {
                let bytes = self.array::<2>()?;
                self.push(Value::Whole(u16::from_le_bytes(bytes).into()));
            }
            0x8a => {
                let len = self.byte()?;
                self.long(len.into())?;
            }
            0x8b => {
                let len = self.length4()?;
                self.long(len)?;
            }
            b'G' => {
                self.take(8)?;
                self.push(Value::Other);
            }
            b'X' => {
                let len = self.length4()?;
                self.text(len)?;
            }
            0x8c => {
                let len = self.byte()?;
                self.text(len.into())?;
            }
            0x8d => {
                let len = self.length8()?;
                self.text(len)?;
            }
            b'U' | b'C' => {
                let len = self.byte()?;
                self.skip(len.into())?;
            }
            b'T' | b'B' => {
                let len = self.length4()?;
                self.skip(len)?;
            }
            0x8e | 0x96 => {
                let len = self.length8()?;
                self.skip(len)?;
            }
            b'}' => self.push(Value::Dict(Vec::new())),
            b']' | 0x8f => self.push(Value::List(Vec::new())),
            b')' => self.push(Value::Tuple(Vec::new())),
            0x85..=0x87 => {
                let from = self.floor(usize::from(code - 0x84))?;
                let items = self.stack.split_off(from);
                self.push(Value::Tuple(items));
            }
            b't' | 0x91 => {
                let items = self.marked()?;
                self.push(Value::Tuple(items));
            }
            b'l' => {
                let items = self.marked()?;
                self.push(Value::List(items));
            }
            b'd' => {
                let items = self.marked()?;
                let pairs = pairs(&items)?;
                self.push(Value::Dict(pairs));
            }
            b'q' => {
                let slot = self.byte()?;
                self.keep(slot.into())?;
            }
            b'r' => {
                let slot = u32::from_le_bytes(self.array()?);
                self.keep(slot)?;
            }
            0x94 => self.keep(u32::try_from(self.memo.len()).map_err(|_| Stop::Damaged)?)?,
            b'h' => {
                let slot = self.byte()?;
                self.recall(slot.into())?;
            }
            b'j' => {
                let slot = u32::from_le_bytes(self.array()?);
                self.recall(slot)?;
            }
            b's' => {
                let from = self.floor(2)?;
                let items = self.stack.split_off(from);
                self.put(&items)?;
            }
            b'u' => {
                let items = self.marked()?;
                self.put(&items)?;
            }
            b'a' => {
                let item = self.pop()?;
                self.append(&[item])?;
            }
            b'e' | 0x90 => {
                let items = self.marked()?;
                self.append(&items)?;
            }
            b'c' => {
                let module = self.line()?;
                let name = self.line()?;
                self.push(Value::Global(format!("{module}.{name}").into()));
            }
            0x93 => {
                let (name, module) = (self.pop()?, self.pop()?);
                let (Value::Text(module), Value::Text(name)) = (&self.values[module], &self.values[name]) else {
                    return Err(Stop::Damaged);
                };
                let name = format!("{module}.{name}");
                self.charge(name.len())?;
                self.push(Value::Global(name.into()));
            }
            b'R' | 0x81 => {
                let (arguments, callable) = (self.pop()?, self.pop()?);
                let made = self.call(callable, arguments, 0)?;
                self.stack.push(made);
            }
            0x92 => {
                let (_, arguments, callable) = (self.pop()?, self.pop()?, self.pop()?);
                let made = self.call(callable, arguments, 0)?;
                self.stack.push(made);
            }
            // The state of an object: of a dictionary its attributes, of an opaque one what cannot be used anyway.
            b'b' => {
                self.pop()?;
                self.stack.last().ok_or(Stop::Damaged)?;
            }
            b'Q' => {
                let id = self.pop()?;
                let storage = self.storage(id).ok_or(Stop::Damaged)?;
                if let Value::Storage(Storage { kind, key, .. }) = &storage {
                    self.charge(kind.len() + key.len())?;
                }
                self.push(storage);
            }
            other => return Err(Stop::Unknown(other)),
        }
        Ok(None)
    }

    /// Keeps what is copied within a fixed multiple of the pickle's length.
    fn charge(&mut self, bytes: usize) -> Result<(), Stop> {
        self.copied = self.copied.saturating_add(bytes);
        if self.copied > 8 * self.bytes.len() { Err(Stop::Damaged) } else { Ok(()) }
    }

    fn byte(&mut self) -> Result<u8, Stop> {
        self.take(1).map(|bytes| bytes[0])
    }

    fn take(&mut self, len: usize) -> Result<&[u8], Stop> {
        let end = self.at.checked_add(len).filter(|end| *end <= self.bytes.len()).ok_or(Stop::Short)?;
        let taken = &self.bytes[self.at..end];
        self.at = end;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Stop> {
        self.take(N)?.try_into().map_err(|_| Stop::Short)
    }

    fn length4(&mut self) -> Result<usize, Stop> {
        Ok(u32::from_le_bytes(self.array()?) as usize)
    }

    fn length8(&mut self) -> Result<usize, Stop> {
        usize::try_from(u64::from_le_bytes(self.array()?)).map_err(|_| Stop::Short)
    }

    fn line(&mut self) -> Result<String, Stop> {
        let rest = &self.bytes[self.at..];
        let len = rest.iter().position(|byte| *byte == b'\n').ok_or(Stop::Short)?;
        let text = std::str::from_utf8(&rest[..len]).map_err(|_| Stop::Damaged)?.to_owned();
        self.at += len + 1;
        Ok(text)
    }

    fn text(&mut self, len: usize) -> Result<(), Stop> {
        let text = std::str::from_utf8(self.take(len)?).map_err(|_| Stop::Damaged)?.to_owned();
        self.push(Value::Text(text));
        Ok(())
    }

    fn skip(&mut self, len: usize) -> Result<(), Stop> {
        self.take(len)?;
        self.push(Value::Other);
        Ok(())
    }

    /// A whole number of `len` bytes; longer ones than tensors need are kept as something else.
    fn long(&mut self, len: usize) -> Result<(), Stop> {
        let bytes = self.take(len)?;
        let value = if bytes.len() <= 8 {
            let fill = if bytes.last().is_some_and(|last| *last >= 0x80) { 0xff } else { 0 };
            let mut whole = [fill; 8];
            whole[..bytes.len()].copy_from_slice(bytes);
            Value::Whole(i64::from_le_bytes(whole))
        } else {
            Value::Other
        };
        self.push(value);
        Ok(())
    }

    fn push(&mut self, value: Value) {
        self.values.push(value);
        self.stack.push(self.values.len() - 1);
    }

    /// The lowest position of the stack that this operation may touch: what lies under the last mark is out of its reach.
    fn floor(&self, count: usize) -> Result<usize, Stop> {
        let bottom = self.marks.last().copied().unwrap_or(0);
        self.stack.len().checked_sub(count).filter(|from| *from >= bottom).ok_or(Stop::Damaged)
    }

    fn pop(&mut self) -> Result<Id, Stop> {
        self.floor(1)?;
        self.stack.pop().ok_or(Stop::Damaged)
    }

    fn marked(&mut self) -> Result<Vec<Id>, Stop> {
        let mark = self.marks.pop().ok_or(Stop::Damaged)?;
        if mark > self.stack.len() {
            return Err(Stop::Damaged);
        }
        Ok(self.stack.split_off(mark))
    }

    fn keep(&mut self, slot: u32) -> Result<(), Stop> {
        let top = *self.stack.last().ok_or(Stop::Damaged)?;
        self.memo.insert(slot, top);
        Ok(())
    }

    fn recall(&mut self, slot: u32) -> Result<(), Stop> {
        let id = *self.memo.get(&slot).ok_or(Stop::Damaged)?;
        self.stack.push(id);
        Ok(())
    }

    /// Adds keys and values to the dictionary on top; an opaque object takes them too and stays opaque.
    fn put(&mut self, items: &[Id]) -> Result<(), Stop> {
        let new = pairs(items)?;
        let top = *self.stack.last().ok_or(Stop::Damaged)?;
        match &mut self.values[top] {
            Value::Dict(all) => all.extend(new),
            Value::Opaque(_) => {}
            _ => return Err(Stop::Damaged),
        }
        Ok(())
    }

    fn append(&mut self, items: &[Id]) -> Result<(), Stop> {
        let top = *self.stack.last().ok_or(Stop::Damaged)?;
        match &mut self.values[top] {
            Value::List(all) => all.extend(items),
            Value::Opaque(_) => {}
            _ => return Err(Stop::Damaged),
        }
        Ok(())
    }

    /// What a call gives: tensors and dictionaries are put together here, anything else is opaque.
    fn call(&mut self, callable: Id, arguments: Id, depth: usize) -> Result<Id, Stop> {
        let name = match &self.values[callable] {
            Value::Global(name) | Value::Opaque(name) => Rc::clone(name),
            _ => return Err(Stop::Damaged),
        };
        let Value::Tuple(arguments) = &self.values[arguments] else { return Err(Stop::Damaged) };
        let first = arguments.first().copied();
        let value = match (&*name, arguments.as_slice()) {
            ("collections.OrderedDict" | "collections.defaultdict" | "builtins.dict", _) => {
                let pairs = self.pairs_of(first);
                self.charge(16 * pairs.len())?;
                Value::Dict(pairs)
            }
            (
                "torch._utils._rebuild_tensor_v2" | "torch._utils._rebuild_tensor",
                [storage, offset, shape, strides, ..],
            ) => match self.view(*storage, *offset, *shape, *strides) {
                Some(view) => {
                    self.charge(8 * view.shape.len())?;
                    Value::Tensor(view)
                }
                None => return Err(Stop::Damaged),
            },
            ("torch._utils._rebuild_parameter" | "torch._utils._rebuild_parameter_with_state", [data, ..]) => {
                return Ok(*data);
            }
            ("torch.Size" | "torch._utils._rebuild_parameter_v2", [sides]) => return Ok(*sides),
            // A tensor that carries attributes: the call that makes the tensor itself is inside.
            ("torch._tensor._rebuild_from_type_v2", [function, _, inner, ..]) if depth == 0 => {
                let (function, inner) = (*function, *inner);
                return self.call(function, inner, depth + 1);
            }
            // An object of an old-style class: the class comes first.
            ("copyreg._reconstructor" | "copy_reg._reconstructor", [class, ..]) => match &self.values[*class] {
                Value::Global(class) => Value::Opaque(Rc::clone(class)),
                _ => Value::Opaque(name),
            },
            _ => Value::Opaque(name),
        };
        self.values.push(value);
        Ok(self.values.len() - 1)
    }

    /// The entries of a dictionary that is made from a list of pairs.
    fn pairs_of(&self, argument: Option<Id>) -> Vec<(Id, Id)> {
        let Some(Value::List(items) | Value::Tuple(items)) = argument.map(|id| &self.values[id]) else {
            return Vec::new();
        };
        let pair = |id: &Id| match &self.values[*id] {
            Value::Tuple(pair) | Value::List(pair) => <[Id; 2]>::try_from(pair.as_slice()).ok(),
            _ => None,
        };
        items.iter().filter_map(pair).map(|[key, value]| (key, value)).collect()
    }

    fn view(&self, storage: Id, offset: Id, shape: Id, strides: Id) -> Option<TensorView> {
        matches!(self.values[storage], Value::Storage(_)).then_some(())?;
        let (shape, strides) = (self.sides(shape)?, self.sides(strides)?);
        (shape.len() == strides.len()).then_some(())?;
        Some(TensorView { storage, offset: self.whole(offset)?, shape, strides })
    }

    fn whole(&self, id: Id) -> Option<u64> {
        match self.values[id] {
            Value::Whole(number) => u64::try_from(number).ok(),
            _ => None,
        }
    }

    fn sides(&self, id: Id) -> Option<Vec<u64>> {
        match &self.values[id] {
            Value::Tuple(items) | Value::List(items) if items.len() <= MOST_SIDES => {
                items.iter().map(|item| self.whole(*item)).collect()
            }
            _ => None,
        }
    }

    /// `("storage", torch.FloatStorage, key, device, count)`.
    fn storage(&self, id: Id) -> Option<Value> {
        let Value::Tuple(items) = &self.values[id] else { return None };
        let [tag, kind, key, _, len, ..] = items.as_slice() else { return None };
        let (Value::Text(tag), Value::Text(key)) = (&self.values[*tag], &self.values[*key]) else { return None };
        let (Value::Global(kind) | Value::Opaque(kind)) = &self.values[*kind] else { return None };
        let kind = kind.rsplit('.').next().unwrap_or(kind).to_owned();
        (tag == "storage")
            .then(|| Value::Storage(Storage { kind, key: key.clone(), len: self.whole(*len).unwrap_or(0) }))
    }
}

fn pairs(items: &[Id]) -> Result<Vec<(Id, Id)>, Stop> {
    let (pairs, []) = items.as_chunks::<2>() else { return Err(Stop::Damaged) };
    Ok(pairs.iter().map(|[key, value]| (*key, *value)).collect())
}
