"""Train the reader: `python -m assistant.reader.train CONFIG --data FOLDER --work FOLDER`.

See `assistant/reader/README.md` for what the data folder must hold. Stages run in the order of the configuration;
a stage that is finished is skipped, an interrupted one goes on from its checkpoint. At the end the logistic layers are
fitted and WORK/reader.safetensors is written: that file is the packaged `assistant/reader/weights.safetensors`.
"""

from __future__ import annotations

import argparse
import random
import sys
import tomllib
from pathlib import Path
from typing import Any

from index.errors import BriefingError, InputError
from index.memory import keep_freed_memory


def main(arguments: list[str] | None = None) -> int:
    """Read the command line, prepare the data, train; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("config", type=Path, help="a TOML file; the one that made the shipped weights is train.toml")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="default: ../shared/data")
    parser.add_argument("--work", type=Path, default=Path("reader-training"), help="for prepared data, checkpoints")
    parser.add_argument("--stage", action="append", help="only this stage (may be repeated)")
    parser.add_argument("--prepare-only", action="store_true", help="write the training data and stop")
    args = parser.parse_args(arguments)
    try:
        run(args.config, args.data, args.work, set(args.stage or ()), args.prepare_only)
    except BriefingError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return error.exit_code
    return 0


def run(config: Path, data: Path, work: Path, only: set[str], prepare_only: bool = False) -> None:
    """Prepare and train the stages of a configuration file, then calibrate.

    Raises InputError when the configuration or the data is not there.
    """
    if not config.is_file():
        raise InputError(f"There is no configuration file {config}; the shipped one is assistant/reader/train.toml.")
    if not data.is_dir():
        raise InputError(f"There is no data folder {data}; give one with --data (see assistant/reader/README.md).")
    settings = tomllib.loads(config.read_text(encoding="utf-8"))
    work.mkdir(parents=True, exist_ok=True)
    start = settings["model"].get("start")
    before: Path | None = work / start if start else None
    if before and not before.exists():
        raise InputError(f"There are no weights {before} to go on from; train them first, see {config.name}.")
    for stage in settings["stage"]:
        folder = work / stage["name"]
        if not only or stage["name"] in only:
            _stage(stage, settings["model"], data, folder, before, prepare_only)
        before = folder / "weights.safetensors"
    if "average" in settings and before and before.exists() and not (prepare_only or only):
        before = _averaged(settings["average"]["shares"], work)
    if "calibration" in settings and before and before.exists() and not (prepare_only or only):
        from assistant.reader.training.calibrate import calibrate

        how = settings["calibration"]
        calibrate(before, data, work / "calibration", work / how["file"], how["questions"])


def _averaged(shares: dict[str, float], work: Path) -> Path:
    """The mean of the weights after these stages, by their shares, as a file of its own.

    Wortsman et al. 2022, "Robust fine-tuning of zero-shot models": better than either, most of all on other texts.
    """
    from assistant.reader import network as net

    networks = [net.load(work / name / "weights.safetensors")[0] for name in shares]
    states = [network.state_dict() for network in networks]
    mean = {key: sum(share * state[key] for share, state in zip(shares.values(), states, strict=True))
            for key in states[0]}  # fmt: skip
    networks[0].load_state_dict(mean)
    made = work / "averaged.safetensors"
    net.save(networks[0], made, {"stage": "average of " + ", ".join(shares)})
    return made


def _stage(
    stage: dict[str, Any], model: dict[str, Any], data: Path, folder: Path, before: Path | None, prepare_only: bool
) -> None:
    from assistant.reader.training.example import read, write
    from assistant.reader.training.prepare import prepare

    folder.mkdir(exist_ok=True)
    prepared = folder / "examples.jsonl.gz"
    if not prepared.exists():
        rng = random.Random(stage.get("seed", model["seed"]))  # noqa: S311
        write(prepare(stage["data"], data, folder.parent, before, rng), prepared)
    if prepare_only or (folder / "weights.safetensors").exists():
        return
    _train(stage, model, list(read(prepared)), folder, before)


def _train(
    stage: dict[str, Any], model: dict[str, Any], examples: list[Any], folder: Path, before: Path | None
) -> None:
    import torch

    from assistant.reader import network as net
    from assistant.reader.training.batches import epochs
    from assistant.reader.training.loop import Stage, train

    keep_freed_memory()
    torch.manual_seed(model["seed"])
    network = net.load(before, strict=False)[0] if before and before.exists() else net.fresh()
    batches = list(
        epochs(examples, model["longest"], stage["tokens"], stage["epochs"], stage.get("seed", model["seed"]))
    )
    how = Stage(**{name: stage[name] for name in Stage.__slots__})
    averaged = train(network, batches, how, folder, stage.get("checkpoint", 200), stage.get("steps"))
    net.save(averaged.cpu(), folder / "weights.safetensors", {"stage": stage["name"]})


if __name__ == "__main__":
    sys.exit(main())
