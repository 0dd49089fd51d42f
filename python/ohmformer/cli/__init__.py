# SPDX-License-Identifier: Apache-2.0
"""The command `ohmformer`. Exit codes: 0 done, 1 an expectation failed, 2 bad input, 130 interrupted."""

import os
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from typer.core import TyperCommand

import ohmformer
from ohmformer.chip import Chip, MacroSpec
from ohmformer.errors import ArgumentError, Error, refuse_later
from ohmformer.mapping import fits
from ohmformer.network import Network
from ohmformer.overrides import from_settings

try:
    from typer._click.exceptions import ClickException  # Typer brings its own Click since 0.20
except ImportError:
    from click.exceptions import ClickException

BAD_INPUT, UNMET, INTERRUPTED = 2, 1, 130
DEFAULT_CHIP, LARGE_CHIP = "rram_22nm", "rram_22nm_llm"


class Once(TyperCommand):
    """A command that refuses an option given twice, of which only the last would count."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Count what is given, then read it."""
        *_, given = self.make_parser(ctx).parse_args(args=list(args))
        for option in given:
            single = option.param_type_name == "option" and not (option.multiple or option.is_flag)
            if single and given.count(option) > 1:
                raise ArgumentError(f"{option.opts[0]}: given {given.count(option)} times; expected it once")
        return super().parse_args(ctx, args)


app = typer.Typer(
    name="ohmformer",
    help="Transformers on simulated resistive-memory chips: accuracy, latency, energy, area.",
    add_completion=False,
    pretty_exceptions_enable=False,
)

command = partial(app.command, cls=Once)

Settings = Annotated[
    list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Replace a value, such as macro.adc.bits=6.")
]
Configs = Annotated[
    list[Path] | None, typer.Option("--configs", metavar="DIR", help="A folder with more chip/, macro/, device/, ….")
]
NetworkName = Annotated[str, typer.Option("--network", metavar="NAME|HF_DIR", help="A preset, a trained network, a folder.")]
ChipName = Annotated[
    str | None,
    typer.Option(
        "--chip",
        metavar="NAME|FILE",
        help=f"A chip by name or file; default: {DEFAULT_CHIP}, or {LARGE_CHIP} for what that does not hold.",
    ),
]
Prompt = Annotated[int | None, typer.Option("--prompt", help="Tokens per sequence; default: suits the network.")]
Generate = Annotated[int | None, typer.Option("--generate", help="Tokens a decoder generates.")]
Batch = Annotated[int, typer.Option("--batch", help="Sequences at once.")]
Baselines = Annotated[
    list[str] | None, typer.Option("--baseline", metavar="NAME|FILE", help="A digital machine beside; repeatable.")
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON (SI units) and nothing else.")]
Quiet = Annotated[bool, typer.Option("--quiet", help="Print no progress and no tables.")]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; whatever is wrong with the input becomes one line on stderr and exit code 2."""
    try:
        code = app(list(sys.argv[1:] if arguments is None else arguments), prog_name="ohmformer", standalone_mode=False)
        sys.stdout.flush()
        return code if isinstance(code, int) else 0
    except ClickException as failure:
        return _refuse(f"{failure.format_message().rstrip('.')}; see: ohmformer --help")
    except typer.Exit as exit_:
        return exit_.exit_code
    except Error as failure:
        return _refuse(str(failure))
    except BrokenPipeError:  # the reader of our output has gone, as `| head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as failure:
        name = f"{str(failure.filename)[:200]}: " if failure.filename else ""
        return _refuse(f"{name}{failure.strerror or failure}; check the path, its permissions and the free space")
    except MemoryError:
        return _refuse("out of memory; take a smaller network, fewer samples or fewer --workers")
    except (KeyboardInterrupt, typer.Abort):
        sys.stderr.write("ohmformer: interrupted; nothing was written\n")
        return INTERRUPTED


def _refuse(message: str) -> int:
    text = " ".join(line.strip() for line in message.splitlines() if line.strip())
    sys.stderr.write(f"ohmformer: {text}\n")
    return BAD_INPUT


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"ohmformer {ohmformer.__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version.")] = False,
) -> None:
    """Nothing to do before the commands."""


def _chip(name: str, settings: list[str] | None, configs: list[Path] | None) -> Chip:
    return Chip.load(name, configs or ())._with(from_settings(settings or []))


def _chip_for(networks: list[Network], name: str | None, settings: list[str] | None, configs: list[Path] | None) -> Chip:
    """The chip of that name, or the one for networks of their size."""
    if name is None:
        small = _chip(DEFAULT_CHIP, settings, configs).override({"map.tensor_parallel": "auto"})
        name = DEFAULT_CHIP if all(fits(network, small) for network in networks) else LARGE_CHIP
    return _chip(name, settings, configs)


@command()
def run(
    experiment: Annotated[str, typer.Argument(metavar="EXPERIMENT.yaml", help="A file, its folder, or a shipped experiment.")],
    out: Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Where results land; default results/NAME.")] = None,
    settings: Settings = None,
    workers: Annotated[int, typer.Option("--workers", min=0, max=4096, help="Threads; 0: all processors.")] = 0,
    configs: Configs = None,
    json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Accuracy and performance of an experiment's networks."""
    from ohmformer.cli.commands import run_command

    return run_command(experiment, out, from_settings(settings or []), workers, configs or [], _style(json, quiet))


@command()
def estimate(
    network: NetworkName,
    chip: ChipName = None,
    prompt: Prompt = None,
    generate: Generate = None,
    batch: Batch = 1,
    fidelity: Annotated[str, typer.Option("--fidelity", help="Of times: events, structure, shape; automatic: what suits.")] = "automatic",
    expert_imbalance: Annotated[float, typer.Option("--expert-imbalance", help="Tokens of the busiest expert / mean.")] = 1.0,
    settings: Settings = None,
    configs: Configs = None,
    json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Latency, energy and area of a network on a chip, or on as many as it needs."""
    from ohmformer.cli.estimate import estimate_command

    chosen = Network.from_pretrained(network, configs or ())
    loaded = _chip_for([chosen], chip, settings, configs)
    workload = {"prompt": prompt, "generate": generate, "batch": batch, "fidelity": fidelity, "expert_imbalance": expert_imbalance}
    return estimate_command(chosen, loaded, workload, _style(json, quiet))


@command()
def fit(
    network: NetworkName,
    chip: ChipName = None,
    settings: Settings = None,
    configs: Configs = None,
    json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Does it fit: cells, crossbars, tiles, chips, area."""
    from ohmformer.cli.commands import fit_command

    chosen = Network.from_pretrained(network, configs or ())
    return fit_command(chosen, _chip_for([chosen], chip, settings, configs), _style(json, quiet))


@command()
def check(
    file: Annotated[str, typer.Argument(metavar="FILE.yaml")],
    kind: Annotated[str | None, typer.Option("--kind", help="device, macro, chip, baseline, network, component or experiment.")] = None,
    settings: Settings = None,
    configs: Configs = None,
    json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Is a file valid: every key, unit, range and rule."""
    from ohmformer.cli.inspection import check_command

    return check_command(file, kind, from_settings(settings or []), configs or [], _style(json, quiet))


@command(name="list")
def list_(
    kind: Annotated[str | None, typer.Argument(metavar="[devices|macros|chips|baselines|networks|experiments]")] = None,
    configs: Configs = None,
    json: Json = False,
) -> int:
    """What there is to choose from."""
    from ohmformer.cli.inspection import list_command

    return list_command(kind, configs or [], json)


@command()
def show(
    name: Annotated[str, typer.Argument(metavar="NAME")],
    kind: Annotated[str | None, typer.Option("--kind", help="Where several things have this name.")] = None,
    settings: Settings = None,
    configs: Configs = None,
    json: Json = False,
) -> int:
    """The resolved configuration of anything that is listed, or of a file."""
    from ohmformer.cli.inspection import show_command

    return show_command(name, kind, from_settings(settings or []), configs or [], json)


_ANY = {"allow_extra_args": True, "ignore_unknown_options": True}


@command()
def validate(
    names: Annotated[list[str] | None, typer.Argument(metavar="[NAME|FILE]...", help="Targets; default: all.")] = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Write the table, the parity plot, a page.")] = None,
    configs: Configs = None,
    json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Our numbers beside published ones."""
    from ohmformer.cli.validate import validate_command

    return validate_command(names or [], out, configs or [], _style(json, quiet))


@command()
def compare(
    chips: Annotated[list[str] | None, typer.Argument(metavar="CHIP...", help="Chips by name or file.")] = None,
    network: Annotated[str | None, typer.Option("--network", metavar="NAME|HF_DIR", help="Run it on each of them too.")] = None,
    baselines: Baselines = None,
    contexts: Annotated[
        list[int] | None, typer.Option("--context", help="Tokens per sequence, with --baseline; repeatable; default: 2048, or all it holds.")
    ] = None,
    prompt: Prompt = None,
    generate: Generate = None,
    batch: Batch = 1,
    out: Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Write the table and a picture.")] = None,
    settings: Settings = None,
    configs: Configs = None,
    json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Chips side by side: peak, area, energy, and what a network makes of them; or, decoding, beside digital machines."""
    from ohmformer.baselines import Baseline
    from ohmformer.cli.baselines import sweep_command
    from ohmformer.cli.compare import compare_command

    loaded = [_chip(name, settings, configs) for name in chips or []]
    chosen = None if network is None else Network.from_pretrained(network, configs or ())
    workload = {"prompt": prompt, "generate": generate, "batch": batch}
    if baselines or contexts:
        machines = [*loaded, *(Baseline.load(name, configs or ()) for name in baselines or [])]
        return sweep_command(machines, chosen, {"workload": workload, "contexts": contexts}, out, _style(json, quiet))
    return compare_command(loaded, chosen, workload, out, _style(json, quiet))


@command()
def curves(
    networks: Annotated[list[str], typer.Argument(metavar="NETWORK...", help="Presets, trained networks, folders.")],
    chip: ChipName = None,
    context: Annotated[
        str | None, typer.Option("--context", metavar="N,N,…", help="Tokens the last one attends to; default: 128,512,2k,8k,32k,128k or all it holds.")
    ] = None,
    batch: Annotated[str, typer.Option("--batch", metavar="N,N,…", help="Sequences at once.")] = "1,4,16",
    baselines: Baselines = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Write pictures and a page.")] = None,
    settings: Settings = None,
    configs: Configs = None,
    json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Tokens/s and tokens/J against context and batch, roofline, scaling over networks."""
    from ohmformer.baselines import Baseline
    from ohmformer.cli.curves import curves_command

    chosen = [Network.from_pretrained(name, configs or ()) for name in networks]
    machines = (_chip_for(chosen, chip, settings, configs), [Baseline.load(name, configs or ()) for name in baselines or []])
    return curves_command(chosen, machines, {"context": context, "batch": batch}, out, _style(json, quiet))


@command()
def serve(
    network: NetworkName,
    mix: Annotated[
        str, typer.Argument(metavar="[P/G|FILE.yaml]", help="64 requests of P prompt and G generated tokens, or a mix of requests.")
    ] = "2048/128",
    chip: ChipName = None,
    baselines: Baselines = None,
    count: Annotated[int | None, typer.Option("--count", help="Requests of P/G.")] = None,
    batching: Annotated[str | None, typer.Option("--batching", help="continuous or static.")] = None,
    max_batch: Annotated[int | None, typer.Option("--max-batch", help="Sequences at once, at most; default: 256.")] = None,
    settings: Settings = None,
    configs: Configs = None,
    json: Json = False,
    quiet: Quiet = False,
) -> int:
    """A mix of requests: times to first and per output token, tokens per second and per joule."""
    from ohmformer.baselines import Baseline
    from ohmformer.cli.serving import serve_command

    chosen = Network.from_pretrained(network, configs or ())
    machines = [_chip_for([chosen], chip, settings, configs), *(Baseline.load(name, configs or ()) for name in baselines or [])]
    wanted = {"count": count, "batching": batching, "max_batch": max_batch}
    given = {key: value for key, value in wanted.items() if value is not None}
    return serve_command(chosen, machines, (mix, given), _style(json, quiet))


@command(context_settings=_ANY)
def claim(names: Annotated[list[str] | None, typer.Argument()] = None) -> NoReturn:
    """Published claims under test (a later version)."""
    refuse_later("claim", "write an experiment.yaml with an expected.yaml beside it")


@command(name="export-spice")
def export_spice(
    chip: Annotated[str | None, typer.Option("--chip", metavar="NAME|FILE", help="The chip whose macro it is.")] = None,
    macro: Annotated[str | None, typer.Option("--macro", metavar="NAME|FILE", help="A macro by name or file.")] = None,
    g: Annotated[
        Path | None, typer.Option("--g", metavar="FILE.npy", help="Conductances (slopes at 0 V), S; default: random.")
    ] = None,
    x: Annotated[
        Path | None, typer.Option("--x", metavar="FILE.npy", help="Inputs per wordline; gated: 0 or 1; default: all 1.")
    ] = None,
    rows: Annotated[int | None, typer.Option("--rows", help="Only the first wordlines.")] = None,
    columns: Annotated[int | None, typer.Option("--columns", help="Only the first bitlines.")] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, max=2**32 - 1, help="Of random conductances.")] = 0,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE.cir", help="Where to write; default: print.")] = None,
    settings: Settings = None,
    configs: Configs = None,
) -> int:
    """One array, with its wires, as an ngspice deck."""
    from ohmformer.cli.spice import export_command

    if (chip is None) == (macro is None):
        raise ArgumentError("export-spice: expected one of --chip and --macro, such as --macro rram_128")
    if chip is not None:
        described = _chip(chip, settings, configs).to_dict()["macro"]
    else:
        described = MacroSpec.load(str(macro), configs or ())._with(from_settings(settings or [])).to_dict()
    return export_command(described, {"g": g, "x": x, "out": out}, {"rows": rows, "columns": columns}, seed)


def _style(json: bool, quiet: bool) -> dict[str, Any]:
    if json and quiet:
        raise ArgumentError("--json and --quiet: one prints what the other hides; give one of them")
    return {"json": json, "quiet": quiet}

