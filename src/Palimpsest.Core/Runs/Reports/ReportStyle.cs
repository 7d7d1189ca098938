namespace Palimpsest.Runs.Reports;

/// <summary>The look of the page. Neither text may hold a less-than sign or an ampersand: the page is XML too.</summary>
internal static class ReportStyle
{
    /// <summary>Opens what is folded before printing, for browsers whose style cannot, and folds it again.</summary>
    public const string Script = """

        const folded = () => [...document.querySelectorAll("details:not([open])")];
        let opened = [];
        addEventListener("beforeprint", () => { opened = folded(); opened.forEach(part => { part.open = true; }); });
        addEventListener("afterprint", () => { opened.forEach(part => { part.open = false; }); opened = []; });

        """;

    /// <summary>The style sheet. Every colour of text has a contrast of at least 4.5 to its ground, in the light and in the dark.</summary>
    public const string Css = """

        :root {
          color-scheme: light dark;
          --paper: #fcfbf8; --ink: #1f1e1b; --soft: #5c5850; --rule: #dcd8ce; --card: #f5f2eb; --base: #8d887c;
          --c0: #1f5d9e; --c1: #b03d14; --c2: #2b7348; --c3: #74439e; --c4: #7d6000; --c5: #a82d63;
          --good: #1d683c; --good-bg: #e2f0e6; --part: #7a4f00; --part-bg: #f8ebcd; --bad: #a01f1c; --bad-bg: #fae3df;
          --open: #47526a; --open-bg: #e6eaf1; --model: #5f3f96; --model-bg: #ede6f6;
          --serif: "Iowan Old Style", "Palatino Linotype", Palatino, "Book Antiqua", "Noto Serif", Georgia, "Liberation Serif", serif;
          --sans: system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif;
          --mono: ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace;
        }
        @media (prefers-color-scheme: dark) {
          :root {
            --paper: #16181b; --ink: #e7e4dc; --soft: #a8a49a; --rule: #363a40; --card: #1e2125; --base: #7c8087;
            --c0: #85b7ee; --c1: #f29a70; --c2: #7fcb9d; --c3: #c5a5ea; --c4: #d9b955; --c5: #f291b8;
            --good: #86d3a3; --good-bg: #1b3325; --part: #e6bd62; --part-bg: #372c14; --bad: #f79b90; --bad-bg: #3f1f1d;
            --open: #b3bfd4; --open-bg: #272d38; --model: #c8aef0; --model-bg: #2f2640;
          }
        }
        * { box-sizing: border-box; }
        html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
        body { margin: 0; background: var(--paper); color: var(--ink); font: 1.0625rem/1.6 var(--serif); overflow-wrap: break-word; }
        main { max-width: 60rem; margin: 0 auto; padding: clamp(1.5rem, 5vw, 4rem) clamp(1rem, 4vw, 2rem) 4rem; }
        h1, h2, h3 { font-weight: 600; line-height: 1.2; text-wrap: balance; overflow-wrap: anywhere; }
        h1 { font-size: clamp(1.9rem, 1.3rem + 3vw, 2.9rem); letter-spacing: -0.012em; margin: 0 0 1rem; }
        h2 { font-size: 1.5rem; margin: 0 0 0.75rem; }
        h3 { font: 600 1rem/1.4 var(--sans); margin: 0; }
        p { margin: 0 0 1rem; max-width: 42rem; white-space: pre-line; }
        section, details { margin-top: 3.25rem; }
        dl, dd, ul, ol, figure, blockquote, pre { margin: 0; padding: 0; }
        ul, ol { list-style: none; }
        code, pre { font-family: var(--mono); font-size: 0.8125rem; line-height: 1.55; overflow-wrap: anywhere; }
        .kicker, .tag, .figures dt, .facts dt { font: 600 0.75rem/1.4 var(--sans); letter-spacing: 0.05em; color: var(--soft); }
        .kicker { letter-spacing: 0.14em; text-transform: uppercase; margin-bottom: 0.75rem; }
        .lead { font-size: clamp(1.15rem, 1.05rem + 0.5vw, 1.375rem); line-height: 1.5; margin-bottom: 1.25rem; max-width: 46rem; }
        .note, .axis, .detail, .status, figcaption, .reason { font-family: var(--sans); }
        .note { font-size: 0.875rem; color: var(--soft); overflow-wrap: anywhere; max-width: none; }
        .banner { font-family: var(--sans); border: 1px solid var(--bad); border-left-width: 6px; background: var(--bad-bg); color: var(--bad); border-radius: 4px; padding: 0.8rem 1.1rem; margin-bottom: 2.5rem; }
        .banner p { margin: 0; max-width: none; }
        .problem { font: 0.875rem/1.5 var(--mono); margin-top: 0.4rem !important; overflow-wrap: anywhere; }
        .status { display: flex; flex-wrap: wrap; gap: 0.2rem 0; font-size: 0.875rem; color: var(--soft); border-block: 1px solid var(--rule); padding: 0.6rem 0; }
        .status li { max-width: 100%; overflow-wrap: anywhere; }
        .status li:not(:last-child)::after { content: "·"; margin: 0 0.6em; color: var(--base); }
        .unfinished { color: var(--bad); font-weight: 600; }
        .figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 15rem), 1fr)); gap: 1rem; margin-top: 2rem; }
        .figures div { background: var(--card); border: 1px solid var(--rule); border-radius: 6px; padding: 1rem 1.15rem 1.05rem; min-width: 0; }
        .figures .figure { font: 600 1.6rem/1.25 var(--sans); letter-spacing: -0.015em; font-variant-numeric: tabular-nums; margin-top: 0.3rem; overflow-wrap: anywhere; }
        .detail { font-size: 0.8125rem; line-height: 1.45; color: var(--soft); margin-top: 0.25rem; overflow-wrap: anywhere; }
        .claim { border: 1px solid var(--rule); border-left: 5px solid var(--v); border-radius: 6px; padding: 1.1rem 1.25rem 1.2rem; margin: 1.25rem 0; }
        .claim header { display: flex; flex-wrap: wrap; justify-content: space-between; align-items: baseline; gap: 0.4rem 1rem; }
        .claim h3 { color: var(--soft); }
        .verdict { margin: 0; font: 0.875rem/1.3 var(--sans); color: var(--v); background: var(--v-bg); border: 1px solid var(--v); border-radius: 999px; padding: 0.2rem 0.8rem; }
        .verdict span { margin-right: 0.45em; }
        .claim blockquote { font-size: 1.125rem; line-height: 1.5; margin: 0.6rem 0 0.5rem; overflow-wrap: anywhere; max-width: 46rem; }
        .claim blockquote::before { content: "“"; } .claim blockquote::after { content: "”"; }
        .reason { font-size: 0.9375rem; color: var(--v); overflow-wrap: anywhere; margin-bottom: 0.9rem; }
        .reproduced { --v: var(--good); --v-bg: var(--good-bg); } .partly { --v: var(--part); --v-bg: var(--part-bg); }
        .not-reproduced { --v: var(--bad); --v-bg: var(--bad-bg); } .modelled { --v: var(--model); --v-bg: var(--model-bg); }
        .inconclusive { --v: var(--open); --v-bg: var(--open-bg); }
        .facts { font: 0.875rem/1.5 var(--sans); font-variant-numeric: tabular-nums; }
        .facts div { display: grid; grid-template-columns: 8rem minmax(0, 1fr); gap: 0 1rem; padding: 0.3rem 0; border-top: 1px solid var(--rule); }
        .facts dt { line-height: 1.75; } .facts dd { overflow-wrap: anywhere; } .facts .figure { font-weight: 600; }
        figure { margin: 1.75rem 0; }
        figcaption { font-size: 0.9375rem; line-height: 1.45; font-weight: 600; margin-bottom: 0.6rem; max-width: 46rem; overflow-wrap: anywhere; }
        .no-data { font-family: var(--sans); font-size: 0.9375rem; color: var(--soft); border: 1px dashed var(--base); border-radius: 6px; padding: 1.5rem; text-align: center; max-width: none; }
        .axis { font-size: 0.8125rem; color: var(--soft); margin: 0 0 0.2rem; max-width: none; overflow-wrap: anywhere; } .axis.end { text-align: right; }
        .legend { display: flex; flex-wrap: wrap; gap: 0.2rem 1.4rem; font: 0.875rem/1.4 var(--sans); margin-bottom: 0.6rem; }
        .legend li { display: flex; gap: 0.5rem; align-items: flex-start; min-width: 0; } .legend span { overflow-wrap: anywhere; min-width: 0; }
        .legend svg { flex: none; margin-top: 0.15rem; overflow: visible; }
        .chart svg { font-family: var(--sans); font-variant-numeric: tabular-nums; }
        .chart > svg { display: block; width: 100%; height: auto; }
        .chart text { fill: var(--ink); font-size: 13px; } .chart .tick { fill: var(--soft); font-size: 12px; }
        .chart .middle { text-anchor: middle; } .chart .tick.end { text-anchor: end; } .chart .name { fill: var(--c); font-weight: 600; font-size: 12.5px; }
        .grid, .base { stroke: var(--rule); stroke-width: 1; fill: none; } .base { stroke: var(--base); }
        .curve { stroke: var(--c); stroke-width: 2; fill: none; stroke-linejoin: round; } .mark { fill: var(--c); stroke: var(--paper); stroke-width: 1.25; }
        .whisker { stroke: var(--c); stroke-width: 1.75; fill: none; } .chance { stroke: var(--ink); stroke-width: 1.5; stroke-dasharray: 2.5 2.5; fill: none; }
        .s0 { --c: var(--c0); } .s1 { --c: var(--c1); } .s2 { --c: var(--c2); } .s3 { --c: var(--c3); } .s4 { --c: var(--c4); } .s5 { --c: var(--c5); }
        .chart > .narrow { display: none; }
        .scroll { overflow-x: auto; }
        table { border-collapse: collapse; font: 0.875rem/1.45 var(--sans); min-width: 100%; }
        th, td { text-align: left; vertical-align: top; padding: 0.45rem 1.25rem 0.45rem 0; border-bottom: 1px solid var(--rule); font-weight: 400; white-space: pre-line; min-width: 4rem; }
        th[scope="row"] { min-width: 9rem; }
        thead th { font-weight: 600; border-bottom: 1.5px solid var(--base); vertical-align: bottom; }
        th:last-child, td:last-child { padding-right: 0; }
        .number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
        details td:last-child { font: 0.8125rem/1.6 var(--mono); }
        .samples { counter-reset: sample; }
        .samples > li { border-top: 1px solid var(--rule); padding: 1rem 0 1.25rem; }
        .tag { margin: 0 0 0.2rem; overflow-wrap: anywhere; }
        .samples pre, .code pre { white-space: pre-wrap; } .samples pre { unicode-bidi: isolate; }
        .texts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 13rem), 1fr)); gap: 0.75rem; margin-top: 0.75rem; }
        .texts > div { background: var(--card); border-radius: 6px; padding: 0.6rem 0.8rem 0.7rem; min-width: 0; }
        .marked figcaption { white-space: pre-line; }
        .marked li { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 1.5rem; padding: 0.25rem 0.7rem; }
        .marked li { border-left: 4px solid var(--rule); }
        .marked code { white-space: pre-wrap; } .marked li .detail { margin: 0; }
        .marked .up { background: var(--good-bg); border-color: var(--good); } .marked .down { background: var(--bad-bg); border-color: var(--bad); }
        .marked .far { font-weight: 700; border-left-width: 10px; padding-left: calc(0.7rem - 6px); }
        .marked .up .detail { color: var(--good); } .marked .down .detail { color: var(--bad); }
        .empty { color: var(--soft); font-style: italic; }
        .code { background: var(--card); border: 1px solid var(--rule); border-radius: 6px; padding: 0.9rem 1.1rem; margin: 1rem 0; overflow-x: auto; }
        details { border-top: 1px solid var(--rule); padding-top: 1rem; margin-top: 2.5rem; } details + details { margin-top: 1rem; }
        summary { cursor: pointer; } summary h2 { display: inline; font-size: 1.25rem; } details[open] summary { margin-bottom: 0.75rem; }
        summary:focus-visible, [tabindex]:focus-visible { outline: 2px solid var(--c0); outline-offset: 3px; border-radius: 3px; }
        @media screen and (max-width: 38rem) {
          .chart > .wide { display: none; } .chart > svg.narrow { display: block; } svg.narrow .curve { stroke-width: 1.6; } .chart > ul.narrow { display: flex; }
          .facts div { grid-template-columns: 1fr; } .claim { padding: 0.9rem 1rem 1rem; }
        }
        @media print {
          :root {
            color-scheme: light;
            --paper: #fff; --ink: #000; --soft: #444; --rule: #bbb; --card: #fff; --base: #666;
            --c0: #1f5d9e; --c1: #b03d14; --c2: #2b7348; --c3: #74439e; --c4: #7d6000; --c5: #a82d63;
            --good: #1d683c; --part: #7a4f00; --bad: #a01f1c; --open: #47526a; --model: #5f3f96;
            --good-bg: #fff; --part-bg: #fff; --bad-bg: #fff; --open-bg: #fff; --model-bg: #fff;
          }
          @page { margin: 18mm 16mm; }
          html { font-size: 10.5pt; } main { max-width: none; padding: 0; }
          h2, h3, figcaption, summary, .tag, .axis, .legend, .texts { break-after: avoid; } .texts { break-before: avoid; }
          .claim, .figures div, .chart, .samples > li, .banner, tr { break-inside: avoid; }
          section, details { margin-top: 2rem; } p { orphans: 3; widows: 3; }
          .scroll, .code { overflow: visible; } thead { display: table-header-group; } summary { list-style: none; }
          details::details-content { content-visibility: visible; display: block; }
        }

        """;
}
