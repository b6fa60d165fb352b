"""The page for people: all that OpenAPI tells, and nothing from anywhere else."""

import re
from html import escape, unescape

import pytest
from starlette.routing import Route

from lydite_subjects.coin.node import manual
from lydite_subjects.coin.node.api import APP
from tests.subjects.coin.api.serving import Served

pytestmark = pytest.mark.asyncio


async def test_no_page_of_the_node_names_anything_that_is_elsewhere() -> None:
    served = Served.new()
    paths = [each.path for each in APP.routes if isinstance(each, Route) and "{" not in each.path]

    pages = {path: (await served.client.get(path)).text for path in paths}

    assert {"/docs", "/openapi.json", "/status"} <= pages.keys()
    elsewhere = re.compile(r"""://|(?:src|href|action)\s*=\s*["']?//|url\(""")
    assert [path for path, text in pages.items() if elsewhere.search(text)] == []


async def test_a_browser_is_told_to_load_nothing() -> None:
    response = await Served.new().client.get("/docs")

    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert response.headers["content-security-policy"].startswith("default-src 'none';")
    assert not re.search(r"<(script|link|img|iframe)", response.text)


async def test_the_page_tells_every_method_with_its_parameters_and_where_a_get_can_be_tried() -> None:
    text = (await Served.new().client.get("/docs")).text

    told = re.findall(
        r"<h2>([A-Z]+) (?:<a href='([^']*)'>)?([^<]+)(?:</a>)?</h2>\n<p>(.*?)</p>", text, re.DOTALL
    )
    sections = [
        (method, path, each)
        for path, methods in APP.openapi()["paths"].items()
        for method, each in methods.items()
    ]
    assert [(method, path, unescape(about)) for method, _, path, about in told] == [
        (method.upper(), path, each["description"]) for method, path, each in sections
    ]
    for _, _, each in sections:
        for parameter in each.get("parameters", ()):
            assert f"<tr><td><code>{parameter['name']}</code></td><td>{parameter['in']}</td><td>" in text
    tried = {path: link for method, link, path, _ in told if link}
    assert tried["/blocks"] == "blocks"
    assert not {"/blocks/{block}", "/mining/template", "/mine_block"} & tried.keys()
    assert "<td>integer, default 20, maximum 100, minimum 1</td>" in text
    assert '"miner_address"' in unescape(text)
    assert text.count("<h2>4XX</h2>") == 1


async def test_what_is_told_is_text_and_never_a_part_of_the_page() -> None:
    sly = "<script>alert('x')</script>"
    told = {"description": sly, "responses": {"4XX": {"description": sly}}}
    document = {
        "info": {"title": sly, "version": "1", "description": sly},
        "paths": {f"/{sly}": {"get": told}},
    }

    text = manual.page(document)

    assert sly not in text
    assert text.count(escape(sly)) == 7
