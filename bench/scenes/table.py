"""Figures with their bars, as a table or as JSON."""

import json


def row(what, unit, value, at_most=None, at_least=None, peer=None):
    found = {"what": what, "unit": unit, "value": round(value, 3)}
    if peer is not None:
        found["peer"] = round(peer, 3)
    if at_most is not None:
        found.update(bar=at_most, met=value <= at_most)
    if at_least is not None:
        found.update(bar=at_least, met=value >= at_least)
    return found


def show(figures, as_json):
    if as_json:
        print(json.dumps(figures, indent=1))
        return
    print(f"{'':48}{'measured':>10}  {'peer':>8}  {'bar':>8}   verdict")
    for found in figures.values():
        peer = f"{found['peer']:8.2f}" if "peer" in found else " " * 8
        bar, verdict = " " * 8, ""
        if "bar" in found:
            bar = f"{found['bar']:8.1f}"
            verdict = "met" if found["met"] else "missed"
        line = f"{found['what']:48}{found['value']:10.2f}  {peer}  {bar}   {verdict:7} {found['unit']}"
        print(line.rstrip())


def measured(part, run):
    """Runs it, and takes away what the part made however that ends."""
    try:
        return run()
    finally:
        part.stop()
