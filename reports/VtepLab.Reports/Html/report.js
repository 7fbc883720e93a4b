'use strict';
(() => {
  const PAGE = 100;            // Messages drawn at a time.
  const LONG = 20000;          // Characters of one string value shown before asking.
  const byId = id => document.getElementById(id);

  // Everything a device said becomes text nodes, never markup; characters that hide or turn text are written out.
  const HIDDEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;
  const visible = text => text.replace(HIDDEN, c => '\u27e8U+' + c.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0') + '\u27e9');
  function el(tag, className, ...children) {
    const node = document.createElement(tag);
    if (className) node.className = className;
    for (const child of children) if (child != null) node.append(typeof child === 'string' ? visible(child) : child);
    return node;
  }

  // ---- The conversation: one JSON array a line, parsed only when it is looked at.
  let lines = null;            // The raw lines.
  const lineOf = new Map();    // Sequence number -> index of its line.
  function load() {
    if (lines) return;
    lines = byId('conversation').textContent.split('\n').filter(l => l.length > 0);
    lines.forEach((line, i) => lineOf.set(parseInt(line.slice(1), 10), i));
  }
  function sequences(ranges) {
    const all = [];
    for (const range of ranges.split(',')) {
      const [first, last] = range.split('-').map(Number);
      for (let s = first; s <= (last ?? first); s++) all.push(s);
    }
    return all;
  }
  function message(sequence) {
    load();
    const index = lineOf.get(sequence);
    if (index === undefined) return null;
    const [seq, at, connection, direction, text] = JSON.parse(lines[index]);
    return { seq, at, connection, direction, text };
  }

  // ---- The ladder.
  function seconds(at) { return at.toFixed(at < 100 ? 4 : 3) + ' s'; }
  function describe(text) {
    let json;
    try { json = JSON.parse(text); } catch { return { json: undefined, method: 'not JSON', detail: text.slice(0, 120), failed: false }; }
    if (json === null || typeof json !== 'object' || Array.isArray(json)) return { json, method: 'not JSON-RPC', detail: text.slice(0, 120), failed: false };
    if (typeof json.method === 'string') return { json, method: json.method, detail: callDetail(json), request: json.id, failed: false };
    const problem = errorOf(json);
    return { json, method: 'reply', detail: problem ?? resultDetail(json.result), reply: json.id, failed: problem !== null };
  }
  function callDetail({ method, params }) {
    if (!Array.isArray(params)) return '';
    if (method === 'transact') return params.slice(1).map(o => o && o.op ? [o.op, o.table].filter(x => typeof x === 'string').join(' ') : String(o)).join(', ');
    if (/^monitor/.test(method) && params[2] && typeof params[2] === 'object') return Object.keys(params[2]).join(', ');
    if (/^update/.test(method)) { const t = params[params.length - 1]; return t && typeof t === 'object' ? Object.entries(t).map(([k, v]) => k + ' ' + Object.keys(v ?? {}).length).join(', ') : ''; }
    return params.filter(p => typeof p === 'string').join(', ');
  }
  function errorOf(json) {
    const own = json.error;
    if (own != null) return typeof own === 'object' ? [own.error, own.details].filter(Boolean).join(': ') : String(own);
    if (Array.isArray(json.result)) for (const r of json.result) if (r && typeof r === 'object' && typeof r.error === 'string') return [r.error, r.details].filter(Boolean).join(': ');
    return null;
  }
  function resultDetail(result) {
    const text = JSON.stringify(result) ?? '';
    if (text.length <= 80) return text;
    if (Array.isArray(result)) return result.length + (result.length === 1 ? ' result' : ' results');
    return result && typeof result === 'object' ? Object.keys(result).slice(0, 6).join(', ') + (Object.keys(result).length > 6 ? ', \u2026' : '') : text.slice(0, 80) + '\u2026';
  }
  function rung(m, calls) {
    if (m.direction === 2) {
      const row = el('div', 'rung event', el('div', 'at', seconds(m.at)), el('div', 'lane', el('span', 'happened', m.connection + ': ' + m.text)));
      row.dataset.sequence = m.seq;
      return row;
    }
    const sent = m.direction === 0, said = describe(m.text);
    let method = said.method, since = null;
    if (said.request !== undefined && said.request !== null) calls.set(m.connection + ' ' + !sent + JSON.stringify(said.request), { method: said.method, at: m.at });
    if (said.reply !== undefined) {
      const call = calls.get(m.connection + ' ' + sent + JSON.stringify(said.reply));
      if (call) { method = 'reply to ' + call.method; since = ((m.at - call.at) * 1000).toFixed(1) + ' ms'; }
    }
    const summary = el('summary', '', el('span', 'method', method), el('span', 'detail', said.detail), el('span', 'seq', '#' + m.seq + ' ' + m.connection));
    const details = el('details', 'msg', summary);
    details.addEventListener('toggle', () => {
      if (details.open && details.childElementCount === 1) details.append(el('div', 'json', said.json === undefined ? value(m.text, '') : tree(said.json, '', true)));
    });
    const row = el('div', 'rung ' + (sent ? 'sent' : 'received') + (said.failed ? ' error' : ''),
      el('div', 'at', seconds(m.at), since ? el('small', '', '+' + since) : null), el('div', 'lane', details, el('div', 'arrow')));
    row.dataset.sequence = m.seq;
    return row;
  }
  function value(v, key) {
    if (typeof v === 'string') {
      const span = el('span', key === 'error' ? 'err' : 's');
      const quoted = JSON.stringify(v);
      if (quoted.length <= LONG) { span.textContent = visible(quoted); return span; }
      span.textContent = visible(quoted.slice(0, LONG)) + '\u2026';
      const all = el('button', 'plain', 'show all ' + quoted.length.toLocaleString('en') + ' characters');
      all.type = 'button';
      all.addEventListener('click', () => { span.textContent = visible(quoted); });
      span.append(' ', all);
      return span;
    }
    return el('span', v === null || typeof v === 'boolean' ? 'k' : 'n', String(v));
  }
  // A value on its own lines: what stands before it (the member's name) and after it (a comma) go on its first and last line.
  function tree(v, key, open, before, after) {
    const list = Array.isArray(v), isLeaf = v === null || typeof v !== 'object', text = isLeaf ? '' : JSON.stringify(v);
    if (isLeaf || text.length <= 88) return el('div', '', before, isLeaf ? value(v, key) : inline(v, key), after);
    const entries = list ? v.map((x, i) => [i, x]) : Object.entries(v), ends = list ? '[]' : '{}';
    const node = el('details', '', el('summary', '', before, ends[0], el('span', 'brief', ' ' + entries.length + (list ? ' items ' : ' members ') + ends[1] + (after ?? ''))));
    const fill = () => {
      if (node.childElementCount > 1) return;
      const body = el('div', 'in');
      entries.forEach(([k, x], i) => body.append(tree(x, String(k), text.length < 6000, list ? null : el('span', 'k', JSON.stringify(k) + ': '), i + 1 < entries.length ? ',' : null)));
      node.append(body, el('div', '', ends[1], after));
    };
    node.addEventListener('toggle', () => { if (node.open) fill(); });
    if (open) { fill(); node.open = true; }
    return node;
  }
  function inline(v, key) {
    if (v === null || typeof v !== 'object') return value(v, key);
    const span = el('span', ''), list = Array.isArray(v);
    span.append(list ? '[' : '{');
    (list ? v.map(x => [null, x]) : Object.entries(v)).forEach(([k, x], i) => span.append(i ? ', ' : '', list ? '' : el('span', 'k', JSON.stringify(k) + ': '), inline(x, k ?? key)));
    span.append(list ? ']' : '}');
    return span;
  }
  function draw(ladder, ranges, upTo) {
    if (!ladder.drawn) {
      ladder.drawn = { next: 0, all: sequences(ranges), calls: new Map() };
      ladder.append(el('div', 'ladder-head', el('span', ''), el('span', 'ends', el('span', '', 'Tester'), el('span', '', 'Device'))));
    }
    const state = ladder.drawn;
    const end = Math.min(state.all.length, Math.max(state.next + (upTo ? 0 : PAGE), upTo ? state.all.indexOf(upTo) + 1 : 0));
    ladder.querySelector('.more')?.remove();
    for (; state.next < end; state.next++) {
      const m = message(state.all[state.next]);
      ladder.append(m ? rung(m, state.calls) : el('p', 'note', 'Message ' + state.all[state.next] + ' is not in the record.'));
    }
    const left = state.all.length - state.next;
    if (left > 0) {
      const more = el('button', 'plain more', 'Show ' + Math.min(PAGE, left) + ' more of ' + left.toLocaleString('en') + ' messages');
      more.type = 'button';
      more.addEventListener('click', () => draw(ladder, ranges));
      ladder.append(more);
    }
  }
  const checks = [...document.querySelectorAll('details.check')];
  function fillLadder(check, upTo) {
    const ladder = check.querySelector('.ladder');
    if (ladder && (!ladder.drawn || upTo)) draw(ladder, check.dataset.evidence, upTo);
    return ladder;
  }
  for (const check of checks) check.addEventListener('toggle', () => { if (check.open) fillLadder(check); });
  document.addEventListener('click', e => {
    const jump = e.target.closest?.('a.jump');
    if (!jump) return;
    e.preventDefault();
    const first = Number(jump.dataset.first), check = jump.closest('details.check'), ladder = fillLadder(check);
    if (!ladder) return;
    const find = () => ladder.querySelector('.rung[data-sequence="' + first + '"]');
    if (!find() && ladder.drawn.all.includes(first)) draw(ladder, check.dataset.evidence, first);
    ladder.querySelectorAll('.is-target').forEach(r => r.classList.remove('is-target'));
    const row = find();
    if (row) { row.classList.add('is-target'); row.scrollIntoView({ block: 'center' }); row.querySelector('summary')?.focus({ preventScroll: true }); }
  });

  // ---- Filter and search.
  const rows = checks.filter(c => c.id), search = byId('search'), group = byId('group'), shown = byId('shown');
  const chips = [...document.querySelectorAll('.chip')];
  const texts = new Map(rows.map(r => [r, r.textContent.toLowerCase()]));
  let lowered = null;
  function inMessages(row, words) {
    if (!row.dataset.evidence) return false;
    load();
    lowered ??= lines.map(l => l.toLowerCase());
    // A line is JSON: the words are looked for as JSON writes them.
    const written = words.map(w => JSON.stringify(w).slice(1, -1).replace(/[<>&]/g, c => '\\u00' + c.charCodeAt(0).toString(16)));
    return sequences(row.dataset.evidence).some(s => {
      const line = lowered[lineOf.get(s)];
      return line !== undefined && written.every(w => line.includes(w));
    });
  }
  function pressed(kind) { return chips.filter(c => c.dataset[kind] && c.getAttribute('aria-pressed') === 'true').map(c => c.dataset[kind]); }
  function apply() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean), verdicts = pressed('verdict'), levels = pressed('level');
    let count = 0;
    for (const row of rows) {
      const match = (verdicts.length === 0 || verdicts.includes(row.dataset.verdict)) && (levels.length === 0 || levels.includes(row.dataset.level))
        && (group.value === '' || row.closest('.group').dataset.group === group.value)
        && (words.length === 0 || words.every(w => texts.get(row).includes(w)) || inMessages(row, words));
      row.hidden = !match;
      if (match) count++;
    }
    for (const section of document.querySelectorAll('.group')) section.hidden = !section.querySelector('.check:not([hidden])');
    shown.textContent = count === rows.length ? 'All ' + rows.length + ' requirements' : count + ' of ' + rows.length + ' requirements';
    byId('nothing').hidden = count > 0;
    byId('reset').hidden = count === rows.length && words.length === 0;
  }
  let pause = 0;
  search.addEventListener('input', () => { clearTimeout(pause); pause = setTimeout(apply, 80); });
  group.addEventListener('change', apply);
  for (const chip of chips) chip.addEventListener('click', () => { chip.setAttribute('aria-pressed', String(chip.getAttribute('aria-pressed') !== 'true')); apply(); });
  byId('reset').addEventListener('click', () => { search.value = ''; group.value = ''; chips.forEach(c => c.setAttribute('aria-pressed', 'false')); apply(); search.focus(); });
  const all = byId('toggle-all');
  all.addEventListener('click', () => {
    const open = all.getAttribute('aria-pressed') !== 'true';
    for (const row of rows) if (!row.hidden || !open) row.open = open;
    all.setAttribute('aria-pressed', String(open));
    all.textContent = open ? 'Collapse all' : 'Expand all shown';
  });
  document.querySelector('.toolbar').hidden = false;
  document.querySelector('.toolbar').addEventListener('submit', e => e.preventDefault());
  document.addEventListener('keydown', e => {
    if (e.key === '/' && !e.ctrlKey && !e.metaKey && !e.altKey && !/^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement?.tagName ?? '')) { e.preventDefault(); search.focus(); search.select(); }
    if (e.key === 'Escape' && document.activeElement === search && search.value) { search.value = ''; apply(); }
  });

  // What is scrolled to stops below the toolbar, which is as high as its chips need.
  function makeRoom() {
    const toolbar = document.querySelector('.toolbar');
    const isSticky = getComputedStyle(toolbar).position === 'sticky';
    document.documentElement.style.setProperty('--under-toolbar', (isSticky ? toolbar.offsetHeight + 12 : 16) + 'px');
  }
  window.addEventListener('resize', makeRoom);

  // ---- Links to a requirement open it; paper shows what failed.
  function openTarget() {
    const row = rows.find(r => '#' + r.id === decodeURIComponent(location.hash));
    if (!row) return;
    if (row.hidden) { byId('reset').click(); }
    row.open = true;
    row.scrollIntoView({ block: 'start' });
  }
  window.addEventListener('hashchange', openTarget);
  const opened = [];
  window.addEventListener('beforeprint', () => { for (const row of rows) if (!row.open && row.dataset.verdict === 'fail') { row.open = true; fillLadder(row); opened.push(row); } });
  window.addEventListener('afterprint', () => { for (const row of opened.splice(0)) row.open = false; });
  apply();
  makeRoom();
  openTarget();
})();
