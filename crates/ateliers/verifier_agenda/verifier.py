"""Reads the feeds and invitations of Passeur with icalendar and recurring-ical-events, and compares with its API."""

import datetime as dt
import email
import email.policy
import glob
import json
import sys
import time
import urllib.request
from zoneinfo import ZoneInfo

import icalendar
import recurring_ical_events

adresse, lena, yanis, donnees = sys.argv[1:]
PARIS = ZoneInfo("Europe/Paris")
fautes = 0


def demander(chemin, jeton=lena, corps=None, methode=None):
    r = urllib.request.Request(
        adresse + "/api/v1" + chemin,
        data=None if corps is None else json.dumps(corps).encode(),
        headers={"Authorization": f"Bearer {jeton}", "Content-Type": "application/json"},
        method=methode or ("GET" if corps is None else "POST"),
    )
    try:
        with urllib.request.urlopen(r) as f:
            return json.load(f)
    except urllib.error.HTTPError as e:
        raise SystemExit(f"{chemin} : {e.code} {e.read().decode()}")


def verifier(vrai, quoi):
    global fautes
    print(("ok     " if vrai else "ÉCHEC  ") + quoi)
    fautes += not vrai


def instant(t):
    """UTC, from a date or a time of an event."""
    if not isinstance(t, dt.datetime):
        t = dt.datetime.combine(t, dt.time(), PARIS)
    return t.astimezone(dt.timezone.utc)


def lire(url):
    with urllib.request.urlopen(url.replace(url.split("/agenda/")[0], adresse)) as f:
        verifier(f.headers.get_content_type() == "text/calendar", "le flux est un text/calendar")
        etag, texte = f.headers["ETag"], f.read()
    r = urllib.request.Request(url.replace(url.split("/agenda/")[0], adresse), headers={"If-None-Match": etag})
    try:
        urllib.request.urlopen(r)
        verifier(False, "une seconde lecture dit que rien n’a changé")
    except urllib.error.HTTPError as e:
        verifier(e.code == 304, "une seconde lecture dit que rien n’a changé")
    lignes = texte.split(b"\r\n")
    verifier(all(len(l) <= 75 for l in lignes) and b"\n" not in b"".join(lignes), "lignes pliées à 75 octets, terminées par CRLF")
    cal = icalendar.Calendar.from_ical(texte)
    verifier(not any(c.errors for c in cal.walk()), "aucune faute relevée par icalendar")
    return cal, texte.decode()


def occurrences(cal, du, au):
    """Starts and ends, cancelled ones left out, as another library follows the rules."""
    v = []
    for e in recurring_ical_events.of(cal).between(du, au):
        if e.get("STATUS") != "CANCELLED":
            v.append((instant(e["DTSTART"].dt), instant(e["DTEND"].dt)))
    return sorted(v)


def selon_passeur(filtre, du, au, jeton=lena):
    v = []
    jour = du
    while jour < au:
        suite = min(jour + dt.timedelta(days=60), au)
        for e in demander(f"/agenda?du={jour}&au={suite}&{filtre}", jeton)["elements"]:
            t = (dt.datetime.fromisoformat(e["debut"]), dt.datetime.fromisoformat(e["fin"]))
            if e["genre"] != "ailleurs":
                v.append((t[0], t[1], e["id"]))
        jour = suite
    return sorted({x for x in v})


aujourdhui = dt.datetime.now(PARIS).date()
# An own series over both changes of clocks of a year, an exception, one moved, one cut.
lundi = aujourdhui + dt.timedelta(days=7 - aujourdhui.weekday())
serie = demander("/agenda/evenements", corps={"genre": "autre", "titre": "Série; d’essai, « longue » " + "é" * 60, "quand": {"jour": str(lundi), "heure": "07:00"}, "duree_minutes": 45, "regle": "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE", "forcer": True})
o = serie["occurrences"]
demander(f"/agenda/occurrences/{o[2]['id']}", corps={"quand": {"jour": str(lundi + dt.timedelta(days=16)), "heure": "06:15"}, "forcer": True}, methode="PUT")
demander(f"/agenda/occurrences/{o[3]['id']}/annulation", corps={})
demander("/agenda/evenements", corps={"genre": "absence", "quand": {"jour": str(lundi + dt.timedelta(days=3)), "heure": "00:00"}, "journees": 2, "forcer": True})
coupee = demander("/agenda/evenements", corps={"genre": "preparation", "quand": {"jour": str(lundi), "heure": "20:00"}, "duree_minutes": 30, "regle": "FREQ=MONTHLY;COUNT=8" , "forcer": True})
demander(f"/agenda/occurrences/{coupee['occurrences'][3]['id']}", corps={"quand": {"jour": coupee["occurrences"][3]["origine"], "heure": "21:00"}, "portee": "suivantes", "forcer": True}, methode="PUT")

du, au = aujourdhui - dt.timedelta(days=20), aujourdhui + dt.timedelta(days=300)
moi = next(e["utilisateur"] for e in [serie])
flux = demander("/agenda/flux", corps={})
cal, texte = lire(flux["adresse"])
tz = cal.walk("VTIMEZONE")
verifier(len(tz) == 1 and tz[0]["TZID"] == "Europe/Paris", "un VTIMEZONE, Europe/Paris")
zone = tz[0].to_tz()
for jour in (dt.datetime(2027, 3, 28, 1, 59), dt.datetime(2027, 3, 28, 3, 0), dt.datetime(2027, 7, 1, 12), dt.datetime(2027, 10, 31, 3, 0), dt.datetime(2030, 1, 1)):
    verifier(jour.replace(tzinfo=zone).utcoffset() == jour.replace(tzinfo=PARIS).utcoffset(), f"le VTIMEZONE dit l’heure de Paris, {jour}")
lues, dites = occurrences(cal, du, au), [(d, f) for d, f, _ in selon_passeur(f"utilisateur={moi}", du, au)]
verifier(len(lues) > 50 and sorted(lues) == sorted(dites), f"{len(lues)} temps : les mêmes, lus par Python et dits par Passeur")
if sorted(lues) != sorted(dites):
    print("  seulement Python :", sorted(set(lues) - set(dites))[:5], "\n  seulement Passeur :", sorted(set(dites) - set(lues))[:5])
verifier("ESSAI" not in texte and "SUMMARY:Rendez-vous" in texte.replace("\r\n ", ""), "les rendez-vous y sont, sans nom")
verifier(any("é" * 60 in str(e.get("SUMMARY")) and "Série; d’essai, « longue »" in str(e.get("SUMMARY")) for e in cal.walk("VEVENT")), "un titre avec ; , et accents se relit")

# The place with the most times: which one the demonstration fills depends on the day.
lieux = [e["lieu"] for e in demander(f"/agenda?du={aujourdhui}&au={aujourdhui + dt.timedelta(days=60)}")["elements"] if e["lieu"]]
lieu = max(set(lieux), key=lieux.count)
cal_lieu, texte_lieu = lire(demander("/agenda/flux", corps={"lieu": lieu})["adresse"])
lues, dites = occurrences(cal_lieu, du, au), [(d, f) for d, f, _ in selon_passeur(f"lieu={lieu}", du, au)]
verifier(len(lues) > 10 and sorted(lues) == sorted(dites), f"{len(lues)} temps d’un lieu : les mêmes")
verifier("Point d" not in texte_lieu, "le flux d’un lieu ne dit pas le titre des temps")

# The invitation of an appointment, in its mail.
motif = next(m for m in demander("/rendez-vous/motifs")["elements"] if m["publie"] and m["maniere"] == "sur_place")
libres = demander(f"/rendez-vous/motifs/{motif['id']}/creneaux")["elements"]
creneau, autre = libres[-1], libres[-2]
rdv = demander("/rendez-vous", corps={"motif": motif["id"], "debut": creneau["debut"], "lieu": creneau["lieu"], "nom": "Vérification", "courriel": "verification@exemple.invalid", "par": "accueil"})["id"]


def invitation(combien):
    """The last of the files sent to who comes, once there are so many: the part of the mail, and what it says."""
    lues = []
    for _ in range(100):
        lues = []
        for f in glob.glob(donnees + "/courriels/*.eml"):
            m = email.message_from_binary_file(open(f, "rb"), policy=email.policy.default)
            if m["To"] == "verification@exemple.invalid":
                for piece in m.iter_attachments():
                    corps = piece.get_content()
                    lues.append((piece, icalendar.Calendar.from_ical(corps if isinstance(corps, (str, bytes)) else corps.as_bytes())))
        if len(lues) >= combien:
            break
        time.sleep(0.2)
    lues.sort(key=lambda l: l[1].walk("VEVENT")[0]["SEQUENCE"])
    return (*lues[-1], len(lues)) if lues else (None, None, 0)


heure = dt.datetime.now(PARIS).hour
if 8 <= heure < 20:
    piece, cal, _ = invitation(1)
    verifier(piece is not None and piece.get_content_type() == "text/calendar" and piece.get_filename() == "rendez-vous.ics", "le courriel porte rendez-vous.ics")
    if piece is not None:
        premiere = cal.walk("VEVENT")[0]
        verifier(instant(premiere["DTSTART"].dt) == dt.datetime.fromisoformat(creneau["debut"]), "l’invitation est à l’heure du rendez-vous")
        demander(f"/rendez-vous/{rdv}/creneau", corps={"debut": autre["debut"], "lieu": autre["lieu"]}, methode="PUT")
        _, cal, n = invitation(2)
        e = cal.walk("VEVENT")[0]
        verifier(n == 2 and e["UID"] == premiere["UID"] and e["SEQUENCE"] > premiere["SEQUENCE"], "changé, le même rendez-vous a une séquence plus grande")
        verifier(instant(e["DTSTART"].dt) == dt.datetime.fromisoformat(autre["debut"]), "et sa nouvelle heure")
        demander(f"/rendez-vous/{rdv}/annulation", corps={})
        piece, cal, n = invitation(3)
        dernier = cal.walk("VEVENT")[0]
        verifier(n == 3 and cal["METHOD"] == "CANCEL" and dernier["STATUS"] == "CANCELLED" and dernier["UID"] == premiere["UID"] and dernier["SEQUENCE"] > e["SEQUENCE"], "annulé, il est retiré par CANCEL")
else:
    print("       il est trop tôt ou trop tard : aucun courriel ne part")

# The other way: a calendar written by Python, its busy times as Passeur reads them.
ailleurs = icalendar.Calendar()
ailleurs.add("prodid", "-//essai//FR")
ailleurs.add("version", "2.0")
e = icalendar.Event()
e.add("uid", "essai")
e.add("summary", "Ailleurs")
e.add("dtstart", dt.datetime.combine(lundi, dt.time(5, 0), PARIS))
e.add("dtend", dt.datetime.combine(lundi, dt.time(5, 30), PARIS))
e.add("rrule", {"freq": "weekly", "count": 20})
e.add("exdate", dt.datetime.combine(lundi + dt.timedelta(days=14), dt.time(5, 0), PARIS))
ailleurs.add_component(e)
ailleurs.add_missing_timezones()
demander("/agenda/externes", yanis, {"nom": "Python", "contenu": ailleurs.to_ical().decode()})
autre = demander("/agenda/evenements", yanis, {"genre": "autre", "quand": {"jour": str(lundi), "heure": "04:00"}, "duree_minutes": 5, "forcer": True})["utilisateur"]
pris = []
jour = aujourdhui
while jour < aujourdhui + dt.timedelta(days=180):
    for x in demander(f"/agenda?du={jour}&au={jour + dt.timedelta(days=60)}&utilisateur={autre}", yanis)["elements"]:
        if x["genre"] == "ailleurs":
            pris.append((dt.datetime.fromisoformat(x["debut"]), dt.datetime.fromisoformat(x["fin"])))
    jour += dt.timedelta(days=60)
attendu = occurrences(ailleurs, aujourdhui, aujourdhui + dt.timedelta(days=180))
verifier(sorted(set(pris)) == attendu and len(attendu) == 19, f"{len(attendu)} temps pris d’un agenda écrit par Python : les mêmes")
sys.exit(fautes > 0)
