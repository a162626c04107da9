// Comfort only: every page works without this file. No eval, no inline style (strict CSP).
(() => {
  "use strict";
  const doc = document;
  const SAISIE = "input:not([type=radio],[type=checkbox],[type=submit]),select,textarea,[contenteditable]";
  const principal = () => doc.activeElement?.closest?.("form") || doc.querySelector("form[data-garde], main form:has(.puces)");

  // Leaving a half-filled form (form[data-garde]; data-garde="sale" when it comes back refused).
  const sales = new Set();
  const salir = (e) => {
    const f = e.target.closest?.("form[data-garde]");
    if (f) sales.add(f);
  };
  doc.addEventListener("input", salir);
  doc.addEventListener("change", salir);
  addEventListener("beforeunload", (e) => {
    for (const f of sales) if (f.isConnected) { e.preventDefault(); return; }
  });

  // One sending at a time. The button stays enabled, so that its name and value are sent.
  const liberer = (f) => {
    delete f.dataset.envoi;
    for (const b of f.querySelectorAll("[aria-disabled]")) b.removeAttribute("aria-disabled");
  };
  doc.addEventListener("submit", (e) => {
    const f = e.target;
    if (f.dataset.envoi) { e.preventDefault(); e.stopImmediatePropagation(); return; }
    if (f.method === "dialog") return;
    sales.delete(f);
    // A search may be sent again at once; a download does not leave the page.
    if (f.method === "get" || f.target) return;
    f.dataset.envoi = "1";
    if (e.submitter) e.submitter.setAttribute("aria-disabled", "true");
    if (f.hasAttribute("data-telecharge")) setTimeout(() => liberer(f), 3000);
  }, true);
  addEventListener("pageshow", () => doc.querySelectorAll("form[data-envoi]").forEach(liberer));
  doc.addEventListener("htmx:afterRequest", (e) => {
    const f = e.target.closest?.("form");
    if (f) liberer(f);
  });

  // The group of chips that the keys 1 to 9 act upon: the focused one, else the first without an answer.
  const groupe = () => {
    const ici = doc.activeElement?.closest?.(".puces");
    if (ici) return ici;
    const tous = [...doc.querySelectorAll("main .puces")];
    return tous.find((g) => !g.querySelector(":checked")) || tous[0];
  };
  const montrer = () => {
    const g = groupe();
    for (const autre of doc.querySelectorAll(".puces.touches")) if (autre !== g) autre.classList.remove("touches");
    g?.classList.add("touches");
  };
  const clavier = matchMedia("(hover: hover) and (pointer: fine)").matches;

  doc.addEventListener("keydown", (e) => {
    const cible = doc.activeElement;
    if (e.altKey || e.isComposing) return;
    if (e.key === "Enter") {
      // In a long text, Ctrl+Enter saves; from nowhere in particular, Enter does.
      const texte = cible?.matches?.("textarea") && (e.ctrlKey || e.metaKey);
      if (texte || cible === doc.body || cible?.matches?.("main, select, .puces input")) {
        const f = principal();
        if (f) { e.preventDefault(); f.requestSubmit(f.querySelector("[type=submit]") || undefined); }
      }
      return;
    }
    if (e.ctrlKey || e.metaKey || !/^[1-9]$/.test(e.key) || cible?.matches?.(SAISIE)) return;
    const g = groupe();
    const puce = g && [...g.querySelectorAll(".puce:not([hidden]) input")][e.key - 1];
    if (puce && !puce.disabled) { e.preventDefault(); puce.focus(); puce.click(); }
  });
  if (clavier) doc.addEventListener("focusin", montrer);

  // Long lists of chips: a box that hides what does not match.
  const plier = (t) => t.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  doc.addEventListener("input", (e) => {
    if (!e.target.matches("[data-filtre]")) return;
    const mots = plier(e.target.value).split(/\s+/);
    for (const p of e.target.closest(".puces").querySelectorAll(".puce"))
      p.hidden = !p.querySelector(":checked") && !mots.every((m) => plier(p.textContent).includes(m));
  });

  // A signature drawn by finger, pen or mouse; without JavaScript the name is typed.
  const dessiner = (zone) => {
    zone.hidden = false;
    const svg = zone.querySelector("svg"), trait = svg.querySelector("path"), champ = zone.querySelector("input");
    let d = "", trace = false;
    const point = (e) => {
      const r = svg.getBoundingClientRect();
      return ((e.clientX - r.left) * 600 / r.width).toFixed(0) + " " + ((e.clientY - r.top) * 200 / r.height).toFixed(0);
    };
    const montrerTrait = () => { trait.setAttribute("d", d); champ.value = d; };
    svg.addEventListener("pointerdown", (e) => { e.preventDefault(); svg.setPointerCapture(e.pointerId); trace = true; d += (d && " ") + "M" + point(e); });
    svg.addEventListener("pointermove", (e) => { if (trace && d.length < 19000) { d += " L" + point(e); montrerTrait(); } });
    for (const fin of ["pointerup", "pointercancel"]) svg.addEventListener(fin, () => { trace = false; });
    zone.querySelector("button").onclick = () => { d = ""; montrerTrait(); };
  };

  const installer = (racine) => {
    for (const z of racine.querySelectorAll("[data-signature]")) dessiner(z);
    for (const f of racine.querySelectorAll(".filtre")) f.hidden = false;
    for (const b of racine.querySelectorAll("[data-imprimer]")) { b.hidden = false; b.onclick = () => print(); }
    for (const f of racine.querySelectorAll('form[data-garde="sale"]')) sales.add(f);
    racine.querySelector(".resume-erreurs:not([data-exemple])")?.focus();
    if (clavier) montrer();
  };
  installer(doc);

  // The error summary puts the focus in the field, not only the field in view.
  doc.addEventListener("click", (e) => {
    const lien = e.target.closest?.(".resume-erreurs a");
    const champ = lien && doc.getElementById(decodeURIComponent(lien.hash.slice(1)));
    if (champ) { e.preventDefault(); champ.focus(); champ.closest(".champ")?.scrollIntoView({ block: "center" }); }
  });

  doc.addEventListener("htmx:load", (e) => { if (e.detail.elt !== doc.body) installer(e.detail.elt.parentElement || doc); });
  const dire = (texte) => {
    const zone = doc.getElementById("annonce");
    if (!zone) return;
    const p = doc.createElement("p");
    p.className = "bandeau erreur";
    p.textContent = texte;
    zone.replaceChildren(p);
  };
  doc.addEventListener("htmx:sendError", () => dire("La connexion est interrompue. Votre saisie est toujours là : réessayez dans un instant."));
  doc.addEventListener("htmx:responseError", (e) => {
    if (e.detail.xhr.status === 401) location.reload();
    else dire("La demande n’a pas abouti. Votre saisie est toujours là : réessayez, ou rechargez la page.");
  });
})();
