//! Which machines this one may speak to when somebody else gives the address: those of the Internet alone, neither
//! itself nor its neighbours, whom only it can reach.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Whether requests may be sent there: not to this machine nor to its neighbours, whom only it can reach.
pub fn publique(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(v4) => v4_publique(v4),
        IpAddr::V6(v6) => v6_publique(v6),
    }
}

fn v4_publique(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    let reservee = match a {
        // This network, this machine, multicast and what is kept for later (IANA, special-purpose registry).
        0 | 10 | 127 | 224..=255 => true,
        100 => (64..128).contains(&b),
        169 => b == 254,
        172 => (16..32).contains(&b),
        192 => (b == 168) || (b == 0 && (c == 0 || c == 2)) || (b == 88 && c == 99),
        198 => b == 18 || b == 19 || (b == 51 && c == 100),
        203 => b == 0 && c == 113,
        _ => false,
    };
    !reservee
}

fn v6_publique(ip: Ipv6Addr) -> bool {
    let dedans = |haut: u16, bas: u16| v4_publique(Ipv4Addr::from((u32::from(haut) << 16) | u32::from(bas)));
    match ip.segments() {
        // Addresses of IPv4 in the clothes of IPv6: mapped, translated, 6to4.
        [0, 0, 0, 0, 0, 0xffff, h, b] | [0x64, 0xff9b, 0, 0, 0, 0, h, b] | [0x2002, h, b, ..] => dedans(h, b),
        [0x2001, s, ..] if s < 0x200 || s == 0xdb8 => false,
        [0x3fff, s, ..] if s < 0x1000 => false,
        [s, ..] => s & 0xe000 == 0x2000,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn on_n_ecrit_pas_chez_les_voisins() {
        for ip in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "224.0.0.1",
            "255.255.255.255",
            "198.18.0.1",
            "192.0.2.1",
            "::1",
            "::",
            "fe80::1",
            "fd00::1",
            "ff02::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::a00:1",
            "2002:7f00:1::",
            "2001:db8::1",
            "::127.0.0.1",
        ] {
            assert!(!publique(ip.parse().unwrap()), "{ip}");
        }
        for ip in ["1.1.1.1", "172.32.0.1", "172.15.0.1", "100.128.0.1", "193.0.0.1", "2a01:e00::1", "2606:4700::1111", "::ffff:1.1.1.1"] {
            assert!(publique(ip.parse().unwrap()), "{ip}");
        }
    }

    proptest! {
        #[test]
        fn aucune_adresse_privee_ne_passe_sous_un_autre_habit(b: u8, c: u8, d: u8) {
            let v4 = Ipv4Addr::new(10, b, c, d);
            prop_assert!(!publique(v4.into()));
            prop_assert!(!publique(v4.to_ipv6_mapped().into()));
            prop_assert!(!publique(v4.to_ipv6_compatible().into()));
        }
    }
}
