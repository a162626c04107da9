//! Nomenclatures: closed lists with a stable code, a French label and an order.

use sea_orm::{ActiveEnum, Iterable};

/// A closed list of the trade. The order is that of the variants; the code is what is stored and
/// exchanged; the label is what people read.
pub trait Nomenclature: ActiveEnum<Value = String> + Iterable + Copy + PartialEq + 'static {
    /// What people read, in French.
    fn libelle(self) -> &'static str;

    /// The stable code, stored and exchanged.
    fn code(self) -> String {
        self.to_value()
    }

    /// Reads a code.
    fn depuis(code: &str) -> Option<Self> {
        Self::iter().find(|v| v.to_value() == code)
    }

    /// All values, in order.
    fn tous() -> Vec<Self> {
        Self::iter().collect()
    }
}
