//! Chance from a fixed seed, the same on every machine and for every version of every library.

/// SplitMix64.
pub struct Hasard(u64);

impl Hasard {
    pub fn new(graine: u64) -> Self {
        Self(graine)
    }

    /// 64 bits.
    pub fn suivant(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// From 0 to `n` − 1.
    pub fn sous(&mut self, n: usize) -> usize {
        (self.suivant() % n.max(1) as u64) as usize
    }

    /// True `pour_cent` times in a hundred.
    pub fn chance(&mut self, pour_cent: u64) -> bool {
        self.suivant() % 100 < pour_cent
    }

    /// One of these.
    pub fn un<'a, T>(&mut self, liste: &'a [T]) -> &'a T {
        &liste[self.sous(liste.len())]
    }

    /// One of these, each as likely as its weight says.
    pub fn pese<T: Copy>(&mut self, liste: &[(T, u32)]) -> T {
        let total: u32 = liste.iter().map(|(_, p)| p).sum();
        let mut reste = (self.suivant() % u64::from(total.max(1))) as u32;
        for (t, p) in liste {
            if reste < *p {
                return *t;
            }
            reste -= p;
        }
        liste[0].0
    }
}
