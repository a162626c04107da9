//! The clock. Nothing else in the program reads the time of day: tests fix it.

use std::sync::{Arc, Mutex};

use chrono::{DateTime, NaiveDate, SubsecRound, Utc};
use uuid::{NoContext, Timestamp, Uuid};

/// Where dates are shown and days begin.
pub const FUSEAU: chrono_tz::Tz = chrono_tz::Europe::Paris;

/// System time, or a time set by a test.
#[derive(Clone, Debug, Default)]
pub enum Horloge {
    #[default]
    Systeme,
    Fixe(Arc<Mutex<DateTime<Utc>>>),
}

impl Horloge {
    /// A clock stopped at `instant`; move it with [`Horloge::regler`].
    pub fn fixe(instant: DateTime<Utc>) -> Self {
        Self::Fixe(Arc::new(Mutex::new(instant)))
    }

    /// The present instant, truncated to the microsecond: what both databases can store.
    #[allow(clippy::disallowed_methods, reason = "the one place that reads the clock")]
    pub fn maintenant(&self) -> DateTime<Utc> {
        match self {
            Self::Systeme => Utc::now().trunc_subsecs(6),
            Self::Fixe(t) => *t.lock().unwrap_or_else(std::sync::PoisonError::into_inner),
        }
    }

    /// The present day in France.
    pub fn aujourd_hui(&self) -> NaiveDate {
        jour(self.maintenant())
    }

    /// Sets a fixed clock; without effect on the system's.
    pub fn regler(&self, instant: DateTime<Utc>) {
        if let Self::Fixe(t) = self {
            *t.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = instant;
        }
    }

    /// A new UUIDv7 at the present instant.
    pub fn nouvel_uuid(&self) -> Uuid {
        let t = self.maintenant();
        Uuid::new_v7(Timestamp::from_unix(NoContext, t.timestamp().unsigned_abs(), t.timestamp_subsec_nanos()))
    }
}

/// The day of an instant, in France.
pub fn jour(instant: DateTime<Utc>) -> NaiveDate {
    instant.with_timezone(&FUSEAU).date_naive()
}
