"""Contrôle des PDF par une bibliothèque qui n'est pas celle qui les écrit (pikepdf) : ce qu'exigent PDF/A-2a et
PDF/UA-1 et qui se lit dans le fichier. Ce n'est pas veraPDF : ce qui est contrôlé est dit ici, règle par règle.

    verifier.py FICHIER.pdf…    ligne par fichier ; sort avec 1 si l'un a une faute
"""
import sys
import pikepdf

GENRES = {"/H1", "/H2", "/H3", "/H4", "/H5", "/H6"}
DESSIN = {"Tj", "TJ", "'", '"', "f", "F", "f*", "S", "s", "B", "B*", "b", "b*", "Do", "sh"}


def arbre(noeud, profondeur=0):
    """Les éléments de structure, dans l'ordre de lecture."""
    if profondeur > 60 or not isinstance(noeud, (pikepdf.Dictionary, pikepdf.Array)):
        return
    if isinstance(noeud, pikepdf.Array):
        for enfant in noeud:
            yield from arbre(enfant, profondeur + 1)
        return
    if "/S" in noeud:
        yield noeud
    if "/K" in noeud:
        yield from arbre(noeud["/K"], profondeur + 1)


def polices(pdf):
    for objet in pdf.objects:
        if isinstance(objet, pikepdf.Dictionary) and objet.get("/Type") == "/Font":
            yield objet


def incorporee(police):
    if police.get("/Subtype") == "/Type0":
        return all(incorporee(p) for p in police["/DescendantFonts"])
    if police.get("/Subtype") == "/Type3":
        return True
    d = police.get("/FontDescriptor")
    return d is not None and any(c in d for c in ("/FontFile", "/FontFile2", "/FontFile3"))


def hors_balises(page):
    """Combien d'opérateurs dessinent hors d'un contenu balisé (BDC … EMC) : tout doit être lu, ou dit décoratif."""
    profondeur = 0
    fautes = 0
    for instruction in pikepdf.parse_content_stream(page):
        op = str(instruction.operator)
        if op in ("BDC", "BMC"):
            profondeur += 1
        elif op == "EMC":
            profondeur -= 1
        elif op in DESSIN and profondeur == 0:
            fautes += 1
    return fautes + (1 if profondeur != 0 else 0)


def controler(chemin):
    fautes = []

    def exiger(vrai, faute):
        if not vrai:
            fautes.append(faute)

    with pikepdf.open(chemin) as pdf:
        racine = pdf.Root
        with pdf.open_metadata() as x:
            exiger(x.get("pdfaid:part") == "2", "XMP : pdfaid:part n'est pas 2")
            exiger((x.get("pdfaid:conformance") or "").upper() == "A", "XMP : pdfaid:conformance n'est pas A")
            exiger(x.get("pdfuaid:part") == "1", "XMP : pdfuaid:part n'est pas 1")
            exiger(bool(x.get("dc:title")), "XMP : pas de titre")
        exiger(not pdf.is_encrypted, "chiffré")
        exiger(bool(str(racine.get("/Lang", ""))), "pas de langue du document")
        exiger(str(racine.get("/Lang", "")).lower().startswith("fr"), "la langue n'est pas le français")
        exiger(bool(racine.get("/MarkInfo", {}).get("/Marked", False)), "pas balisé (MarkInfo)")
        exiger("/StructTreeRoot" in racine, "pas d'arbre de structure")
        exiger(bool(racine.get("/ViewerPreferences", {}).get("/DisplayDocTitle", False)), "le titre n'est pas affiché")
        intentions = racine.get("/OutputIntents", [])
        exiger(any(i.get("/S") == "/GTS_PDFA1" and "/DestOutputProfile" in i for i in intentions), "pas de profil de couleurs")
        exiger("/OpenAction" not in racine and "/AA" not in racine, "une action à l'ouverture")
        exiger("/JavaScript" not in racine.get("/Names", {}), "du JavaScript")
        vues = list(polices(pdf))
        exiger(bool(vues), "aucune police")
        for p in vues:
            nom = str(p.get("/BaseFont", "?"))
            exiger(incorporee(p), f"police non incorporée : {nom}")
            if p.get("/Subtype") == "/Type0":
                exiger("/ToUnicode" in p, f"police sans ToUnicode : {nom}")
        elements = list(arbre(racine.StructTreeRoot["/K"])) if "/StructTreeRoot" in racine else []
        exiger(bool(elements), "arbre de structure vide")
        dernier = 0
        for e in elements:
            genre = str(e["/S"])
            if genre in GENRES:
                niveau = int(genre[2])
                exiger(niveau <= dernier + 1, f"titre de niveau {niveau} après un niveau {dernier}")
                dernier = niveau
            if genre in ("/Figure", "/Formula"):
                exiger(bool(str(e.get("/Alt", "")).strip()), f"{genre[1:]} sans texte de remplacement")
            if genre == "/Table":
                entetes = [x for x in arbre(e.get("/K")) if str(x["/S"]) == "/TH"]
                lignes = [x for x in arbre(e.get("/K")) if str(x["/S"]) == "/TR"]
                exiger(bool(lignes), "tableau sans ligne")
                for h in entetes:
                    a = h.get("/A")
                    listes = a if isinstance(a, pikepdf.Array) else [a]
                    exiger(any(d is not None and "/Scope" in d for d in listes), "en-tête de tableau sans portée")
        for n, page in enumerate(pdf.pages, 1):
            exiger(page.get("/Tabs") == "/S" or "/Annots" not in page, f"page {n} : ordre de tabulation")
            f = hors_balises(page)
            exiger(f == 0, f"page {n} : {f} tracé(s) hors balises")
            exiger("/StructParents" in page, f"page {n} : pas reliée à la structure")
        return fautes, len(pdf.pages), len(elements)


issue = 0
for chemin in sys.argv[1:]:
    fautes, pages, elements = controler(chemin)
    nom = chemin.rsplit("/", 1)[-1]
    print(f"{'refusé' if fautes else 'bon':7}{nom} : {pages} page(s), {elements} éléments de structure")
    for f in sorted(set(fautes)):
        print(f"       {f}")
    issue |= bool(fautes)
sys.exit(issue)
