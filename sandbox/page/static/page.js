// The page's own hands: it gathers what a person does and sends it, and keeps focus, scrolling and what was typed
// when a piece of the page is drawn again. It knows no bot and no vendor.
"use strict";
(() => {
  const drafts = new Map(); // what was typed, by the input's name; outlives a redraw
  const scrolls = new Map();
  let last = null; // the key of what has the focus
  let opener = null; // where the focus goes back to when a modal closes

  const send = (payload) => window.emitEvent("act", payload);
  const near = (node, name) => node.closest(`[data-${name}]`)?.dataset[name] ?? "";
  const where = (node) => {
    const view = near(node, "view");
    return view ? { view } : { channel: near(node, "channel"), ts: near(node, "ts") };
  };
  const esc = (text) => CSS.escape(text);

  // What is filled in -----------------------------------------------------------------------------
  const READ = {
    radio_buttons: (n) => n.querySelector("input:checked")?.value ?? null,
    many: (n) => [...n.querySelectorAll("input:checked")].map((one) => one.value),
    file_input: (n) => [...n.querySelectorAll("[data-file]")].map((one) => one.dataset.file),
  };
  const read = (node) => {
    const kind = node.dataset.in;
    const many = kind === "checkboxes" || kind.startsWith("multi_");
    return { kind, value: (READ[many ? "many" : kind] ?? ((n) => n.value))(node) };
  };
  const values = (root) =>
    Object.fromEntries([...(root?.querySelectorAll("[data-in]") ?? [])].map((n) => [n.dataset.action, read(n)]));

  const keep = (node) => {
    if (node.dataset.draft) drafts.set(node.dataset.draft, ["radio", "checkbox"].includes(node.type) ? node.checked : node.value);
  };
  const restore = (root) => {
    root.querySelectorAll("[data-draft]").forEach((node) => {
      if (!drafts.has(node.dataset.draft)) return;
      const kept = drafts.get(node.dataset.draft);
      if (typeof kept === "boolean") node.checked = kept;
      else if (node.value !== kept) node.value = kept;
    });
    root.querySelectorAll("[data-draft-files]").forEach((node) => {
      const kept = drafts.get(node.dataset.draftFiles);
      if (kept) node.querySelector(".kept").replaceChildren(...kept.map(fileLine));
    });
    root.querySelectorAll("details[data-open]").forEach((node) => { node.open = drafts.get(node.dataset.open) ?? node.open; });
  };
  const forget = (root) => root.querySelectorAll("[data-draft]").forEach((node) => drafts.delete(node.dataset.draft));

  const fileLine = (file) => {
    const line = document.createElement("li");
    line.dataset.file = file.id;
    line.textContent = file.name;
    return line;
  };
  const upload = async (input) => {
    const holder = input.closest("[data-draft-files]");
    const kept = [];
    for (const file of input.files) {
      const query = new URLSearchParams({ name: file.name, user: document.querySelector('[data-pick="who"]').value });
      const answer = await fetch(`/files?${query}`, { method: "POST", body: file });
      if (answer.ok) kept.push(await answer.json());
    }
    drafts.set(holder.dataset.draftFiles, kept);
    // The modal may have been drawn again meanwhile.
    document.querySelectorAll(`[data-draft-files="${esc(holder.dataset.draftFiles)}"] .kept`).forEach((list) => list.replaceChildren(...kept.map(fileLine)));
  };

  // Asking first ----------------------------------------------------------------------------------
  const sure = (node) => new Promise((decide) => {
    if (!node.dataset.confirm) return decide(true);
    const asked = JSON.parse(node.dataset.confirm);
    const box = document.createElement("dialog");
    box.className = "sure";
    const add = (tag, text, name) => { const e = document.createElement(tag); e.textContent = text; if (name) e.className = name; box.append(e); return e; };
    add("h2", asked.title.text);
    add("p", asked.text.text);
    add("button", asked.deny.text, "b").onclick = () => box.close("");
    const yes = add("button", asked.confirm.text, `b ${asked.style ?? "primary"}`);
    yes.onclick = () => box.close("yes");
    box.addEventListener("close", () => { box.remove(); decide(box.returnValue === "yes"); });
    document.body.append(box);
    box.showModal();
    yes.focus();
  });

  // Links lead into the page where they can ---------------------------------------------------------
  const follow = (address) => {
    let url;
    try { url = new URL(address, location.href); } catch { return; }
    const ticket = url.pathname.match(/^\/agent\/tickets\/(\d+)/);
    const profile = url.pathname.match(/^\/profiles\/([\w-]+)/);
    const message = url.pathname.match(/^\/archives\/(\w+)/);
    if (ticket) { tab("zendesk"); send({ act: "ticket", ticket: ticket[1] }); }
    else if (profile) { tab("backoffice"); send({ act: "profile", profile: profile[1] }); }
    else if (message) { tab("slack"); send({ act: "place", channel: message[1] }); }
    else if (/^https?:$|^mailto:$|^tel:$/.test(url.protocol)) window.open(address, "_blank", "noopener,noreferrer");
  };

  const tab = (name) => {
    document.body.dataset.tab = name;
    mark();
  };
  const mark = () => document.querySelectorAll("nav [data-tab]").forEach((one) => {
    one.setAttribute("aria-pressed", String(one.dataset.tab === document.body.dataset.tab));
  });

  const press = async (button) => {
    if (!(await sure(button))) return;
    const { act, block, action, selected, url, value } = button.dataset;
    const dialog = button.closest("[data-view]");
    button.setAttribute("aria-busy", "true");
    setTimeout(() => button.removeAttribute("aria-busy"), 1500);
    if (act !== "press") return send({ ...button.dataset, ...where(button), ...rest(button) });
    if (url) follow(url);
    send({ act, block, action, pressed: value ?? "", ...(selected === undefined ? {} : { selected }), ...where(button), values: values(dialog) });
  };
  const rest = (button) => Object.fromEntries(["channel", "ticket", "profile"].filter((n) => button.dataset[n] !== undefined).map((n) => [n, button.dataset[n]]));

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href]");
    if (link && !link.getAttribute("href").startsWith("/files/")) { event.preventDefault(); follow(link.href); return; }
    const chosen = event.target.closest("nav [data-tab]");
    if (chosen) return tab(chosen.dataset.tab);
    const button = event.target.closest("button[data-act]");
    document.querySelectorAll("details.more[open]").forEach((one) => { if (!one.contains(event.target) || button) one.open = false; });
    if (!button || button.disabled) return;
    if (button.dataset.act === "list") return document.body.classList.toggle("listing");
    if (button.dataset.act === "place") document.body.classList.remove("listing");
    if (button.dataset.act === "press") opener = button.dataset.key;
    press(button);
  });

  // A piece that is drawn again between press and release would swallow the click; what was pressed is still meant.
  let held = null;
  document.addEventListener("pointerdown", (event) => {
    const node = event.target.closest?.("button[data-key]");
    held = node && { node, key: node.dataset.key, ts: near(node, "ts") };
  });
  document.addEventListener("pointerup", () => {
    if (held && !held.node.isConnected) find(held.key, held.ts)?.click();
    held = null;
  });

  // Forms -------------------------------------------------------------------------------------------
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.dataset.form) return;
    event.preventDefault();
    const act = form.dataset.form;
    if (act === "submit") return send({ act, ...where(form), values: values(form) });
    if (act === "send") {
      const text = form.elements.text.value;
      form.elements.text.value = "";
      offer(form.elements.text, false);
      return send({ act, text, threaded: form.dataset.kind === "threaded" });
    }
    const given = Object.fromEntries(new FormData(form));
    if (act !== "find") forget(form);
    if (act === "comment") form.reset();
    send({ act, values: given });
  });

  document.addEventListener("input", (event) => {
    keep(event.target);
    const wrong = event.target.closest(".wrong"); // what is being mended is no longer wrong until it is sent again
    if (wrong) { wrong.classList.remove("wrong"); wrong.querySelector(".error")?.remove(); }
    if (event.target.name === "text") offer(event.target, true);
  });
  document.addEventListener("toggle", (event) => {
    if (event.target.dataset?.open) drafts.set(event.target.dataset.open, event.target.open);
  }, true);
  document.addEventListener("change", (event) => {
    const node = event.target;
    keep(node);
    if (node.type === "radio") document.querySelectorAll(`input[name="${esc(node.name)}"]`).forEach(keep);
    if (node.dataset.pick === "who") { history.replaceState(null, "", `?who=${encodeURIComponent(node.value)}`); return send({ act: "who", value: node.value }); }
    if (node.matches("[data-upload]")) return void upload(node);
    const live = node.closest("[data-live]");
    const field = node.closest("[data-in]");
    if (!live || !field) return;
    const { kind, value } = read(field);
    send({ act: "press", block: field.dataset.block, action: field.dataset.action, selected: value, kind, ...where(field), values: values(field.closest("[data-view]")) });
  });

  // Commands are offered while they are typed -----------------------------------------------------
  let picked = -1;
  const offer = (input, open) => {
    const form = input.form;
    const list = form.querySelector(".offers");
    const typed = input.value.toLowerCase();
    const all = open && typed.startsWith("/") ? JSON.parse(form.dataset.commands).filter(([name]) => name.startsWith(typed.trimEnd()) || typed.startsWith(name + " ") && name.endsWith(" ")) : [];
    picked = -1;
    list.replaceChildren(...all.map(([name, what], at) => {
      const one = document.createElement("li");
      one.setAttribute("role", "option");
      one.id = `${list.id}-${at}`;
      const code = document.createElement("strong");
      code.textContent = name.trim();
      const words = document.createElement("span");
      words.textContent = what;
      one.append(code, words);
      one.onmousedown = (event) => { event.preventDefault(); take(input, name); };
      return one;
    }));
    list.hidden = !all.length;
    input.setAttribute("aria-expanded", String(!list.hidden));
    input.removeAttribute("aria-activedescendant");
  };
  const take = (input, name) => { input.value = name; offer(input, false); input.focus(); };
  document.addEventListener("keydown", (event) => {
    const input = event.target;
    const list = input.form?.querySelector?.(".offers");
    if (!list || list.hidden) return;
    const all = [...list.children];
    if (event.key === "Escape") return offer(input, false);
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      picked = (picked + (event.key === "ArrowDown" ? 1 : -1) + all.length) % all.length;
      all.forEach((one, at) => one.setAttribute("aria-selected", String(at === picked)));
      input.setAttribute("aria-activedescendant", all[picked].id);
    } else if ((event.key === "Enter" || event.key === "Tab") && picked >= 0) {
      event.preventDefault();
      take(input, JSON.parse(input.form.dataset.commands).map(([n]) => n).find((n) => n.trim() === all[picked].firstChild.textContent));
    }
  });
  document.addEventListener("keydown", (event) => {
    const modal = event.key === "Escape" && event.target.closest?.("dialog[data-modal]");
    if (modal) send({ act: "close", view: modal.dataset.view });
  });
  document.addEventListener("focusout", (event) => { if (event.target.name === "text") offer(event.target, false); });

  // When a piece is drawn again ---------------------------------------------------------------------
  const following = new WeakMap(); // a list that stands at its end stays there
  document.addEventListener("scroll", (event) => {
    const node = event.target;
    if (node.matches?.("[data-flow]")) following.set(node, node.scrollHeight - node.scrollTop - node.clientHeight < 60);
    if (node.dataset?.scroll) scrolls.set(node.dataset.scroll, node.scrollTop);
  }, true);
  document.addEventListener("focusin", (event) => {
    const keyed = event.target.closest?.("[data-key]");
    last = keyed ? { key: keyed.dataset.key, ts: near(keyed, "ts"), at: event.target.selectionStart } : null;
  });
  document.addEventListener("pointerdown", (event) => { if (!event.target.closest?.("[data-key]")) last = null; });

  const find = (key, ts) => {
    const all = [...document.querySelectorAll(`[data-key="${esc(key)}"]`)];
    return all.find((one) => near(one, "ts") === ts) ?? all[0];
  };
  const refocus = () => {
    const idle = !document.activeElement || document.activeElement === document.body || document.activeElement.tagName === "DIALOG";
    if (!idle || !last) return;
    const node = find(last.key, last.ts);
    if (!node) return;
    node.focus({ preventScroll: true });
    if (last.at != null && node.setSelectionRange && node.type !== "email") try { node.setSelectionRange(last.at, last.at); } catch { /* not for this kind of input */ }
  };
  const picking = () => document.activeElement?.matches?.("[data-pick]"); // somebody is being chosen: leave the focus there
  const settle = () => {
    mark();
    const modal = document.querySelector("dialog[data-modal]");
    document.querySelectorAll('[data-pane="slack"] > :not(.p-modal)').forEach((part) => { part.inert = Boolean(modal); });
    if (modal && !modal.dataset.drawn) {
      modal.dataset.drawn = "yes";
      const body = modal.querySelector("[data-scroll]");
      body.scrollTop = scrolls.get(body.dataset.scroll) ?? 0;
      const wrong = modal.querySelector(".wrong [data-key], .wrong input");
      const before = last && modal.querySelector(`[data-key="${esc(last.key)}"]`);
      if (!picking()) (wrong ?? before ?? body.querySelector("input, textarea, select, button") ?? modal).focus({ preventScroll: !wrong });
      wrong?.scrollIntoView({ block: "center" });
    } else if (!modal && opener) {
      find(opener, "")?.focus({ preventScroll: true });
      opener = null;
    }
    document.querySelectorAll("[data-flow]").forEach((flow) => { if (following.get(flow) ?? true) flow.scrollTop = flow.scrollHeight; });
    refocus();
  };
  let due = false;
  new MutationObserver((changes) => {
    for (const change of changes) for (const node of change.addedNodes) if (node.nodeType === 1) {
      restore(node.parentElement ?? node);
      node.querySelectorAll?.("[data-auto]").forEach((one) => seen.observe(one));
      if (node.matches?.("[data-place]")) following.delete(node);
    }
    settle();
    if (!due) { due = true; requestAnimationFrame(() => { due = false; settle(); }); }
  }).observe(document.documentElement, { childList: true, subtree: true });

  // Coming near an end of a long channel fetches what is beyond it.
  const seen = new IntersectionObserver((entries) => {
    for (const entry of entries) if (entry.isIntersecting && following.get(entry.target.closest("[data-flow]")) !== undefined) {
      seen.unobserve(entry.target);
      entry.target.click();
    }
  }, { rootMargin: "600px" });

  // Another place begins at its end.
  document.addEventListener("click", (event) => {
    if (event.target.closest('[data-act="place"], [data-act="newest"], [data-act="thread"]')) document.querySelectorAll("[data-flow]").forEach((flow) => following.delete(flow));
    if (event.target.closest('[data-act="beginning"]')) document.querySelectorAll("[data-flow]").forEach((flow) => { following.set(flow, false); flow.scrollTop = 0; });
  }, true);
  document.addEventListener("submit", (event) => {
    if (event.target.dataset.form === "send") document.querySelectorAll("[data-flow]").forEach((flow) => following.set(flow, true));
  }, true);

  // Slack is always in sight on a wide page, so that another part is the one to choose there.
  const fit = () => {
    const now = document.body.dataset.tab;
    if (innerWidth >= 1360 && now === "outside") tab("zendesk");
    else if (innerWidth >= 1000 && now === "slack") tab("zendesk");
  };
  tab("slack");
  fit();
  addEventListener("resize", fit);
})();
