"""The trainer's door: python -m trainer VERB ...; --help tells the verbs."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from trainer.faults import sentence_of
from trainer.machine import BESIDE_THE_WINDOW, prepare_environment, step_back
from trainer.shell_text import make_streams_printable, printable_streams


def main(words: list[str] | None = None) -> int:
    """Exit code 0: done; 1: a fault, told on stderr (train: as the event Failed on stdout)."""
    if words is None:
        make_streams_printable()  # for good: a traceback is written after the end
        return _run(words)
    with printable_streams():
        return _run(words)


def _run(words: list[str] | None) -> int:
    arguments = _parser().parse_args(words)
    prepare_environment()
    code: int = arguments.verb(arguments)
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m trainer", description=__doc__)
    verbs = parser.add_subparsers(required=True, metavar="VERB")
    train = verbs.add_parser("train", help="train as RUN/config.json says")
    train.add_argument("run", type=Path, metavar="RUN")
    _add_gently(train)
    train.set_defaults(verb=_train)

    pair = verbs.add_parser("twin", help="train PAIR/pretrained and PAIR/scratch in turn")
    pair.add_argument("pair", type=Path, metavar="PAIR")
    _add_gently(pair)
    pair.set_defaults(verb=_twin)

    score_pair = verbs.add_parser("score-pair", help="compare both sides of a trained PAIR")
    score_pair.add_argument("pair", type=Path, metavar="PAIR")
    score_pair.set_defaults(verb=_score_pair)

    assist = verbs.add_parser("assist", help="learn while a person labels: orders on stdin")
    assist.set_defaults(verb=_assist)

    evaluate = verbs.add_parser("evaluate", help="score a model by COCO's AP")
    evaluate.add_argument("model", type=Path, metavar="RUN|model.onnx")
    evaluate.add_argument("coco", type=Path, metavar="COCO.json")
    evaluate.add_argument("--images", type=Path, required=True, metavar="DIR")
    evaluate.add_argument("--json", action="store_true", help="one JSON object on stdout")
    evaluate.set_defaults(verb=_evaluate)

    analyse = verbs.add_parser("analyse", help="measure a run on the part it was checked with")
    analyse.add_argument("run", type=Path, metavar="RUN")
    analyse.add_argument(
        "--part",
        choices=("val", "test"),
        default="val",
        help="val (default): RUN/analysis.json; test: RUN/final.json, measured once and kept",
    )
    _add_gently(analyse)
    analyse.add_argument("--json", action="store_true", help="what was written, on stdout as well")
    analyse.set_defaults(verb=_analyse)

    report = verbs.add_parser("report", help="tell a run on one page")
    report.add_argument("run", type=Path, metavar="RUN")
    report.add_argument("--out", type=Path, metavar="FILE", help="default: RUN/report.html")
    report.set_defaults(verb=_report)

    pack = verbs.add_parser("pack", help="zip a run's model with its labels, card and a script")
    pack.add_argument("run", type=Path, metavar="RUN")
    pack.add_argument("--out", type=Path, required=True, metavar="FILE.zip")
    pack.add_argument("--int8", action="store_true", help="with an INT8 model beside it")
    pack.add_argument("--overwrite", action="store_true", help="replace FILE.zip")
    pack.set_defaults(verb=_pack)

    quantise = verbs.add_parser("quantise", help="make and measure RUN/quantised.onnx, in INT8")
    quantise.add_argument("run", type=Path, metavar="RUN")
    quantise.set_defaults(verb=_quantise)

    predict = verbs.add_parser("predict", help="find things on pictures")
    predict.add_argument("model", type=Path, metavar="RUN|model.onnx")
    predict.add_argument("paths", type=Path, nargs="+", metavar="PATH", help="pictures, folders")
    predict.add_argument("--out", type=Path, required=True, metavar="detections.json")
    predict.add_argument("--draw", type=Path, metavar="DIR", help="pictures with boxes go here")
    predict.add_argument("--min-score", type=float, metavar="S", help="default: the model's own")
    predict.set_defaults(verb=_predict)

    export = verbs.add_parser("export", help="write RUN/model.onnx again from best.safetensors")
    export.add_argument("run", type=Path, metavar="RUN")
    export.set_defaults(verb=_export)
    return parser


def _add_gently(verb: argparse.ArgumentParser) -> None:
    verb.add_argument(
        "--gently", action="store_true", help="the window and all else that runs comes first"
    )


def _train(arguments: argparse.Namespace) -> int:
    if arguments.gently:
        step_back(BESIDE_THE_WINDOW)
    from trainer.train_command import train_command

    return train_command(arguments.run)


def _twin(arguments: argparse.Namespace) -> int:
    if arguments.gently:
        step_back(BESIDE_THE_WINDOW)
    from trainer.twin_command import twin_command

    return twin_command(arguments.pair)


def _score_pair(arguments: argparse.Namespace) -> int:
    from trainer.pair_scores import score_pair

    try:
        content = score_pair(arguments.pair)
    except (ValueError, OSError) as error:
        return _refuse(error)
    sys.stdout.write(json.dumps(content, allow_nan=False) + "\n")
    return 0


def _assist(_: argparse.Namespace) -> int:
    from trainer.assist_command import assist_command

    return assist_command()


def _evaluate(arguments: argparse.Namespace) -> int:
    from trainer.evaluate import evaluate, report

    warnings: list[str] = []
    try:
        found = evaluate(arguments.model, arguments.coco, arguments.images, warnings.append)
    except (ValueError, OSError) as error:
        return _refuse(error)
    sys.stderr.writelines(f"Note: {warning}\n" for warning in warnings)
    sys.stdout.write(report(found, as_json=arguments.json, warnings=warnings) + "\n")
    return 0


def _analyse(arguments: argparse.Namespace) -> int:
    if arguments.gently:
        step_back()
    from trainer.analysis import analyse
    from trainer.report.page import write_report

    try:
        content = analyse(arguments.run, arguments.part)
        write_report(arguments.run)
    except (ValueError, OSError) as error:
        return _refuse(error)
    if arguments.json:
        sys.stdout.write(json.dumps(content, allow_nan=False) + "\n")
    return 0


def _report(arguments: argparse.Namespace) -> int:
    from trainer.report.page import write_report

    try:
        path = write_report(arguments.run, arguments.out, measure=True)
    except (ValueError, OSError) as error:
        return _refuse(error)
    sys.stdout.write(f"{path}\n")
    return 0


def _pack(arguments: argparse.Namespace) -> int:
    from trainer.pack.bundle import pack

    try:
        names = pack(
            arguments.run, arguments.out, int8=arguments.int8, overwrite=arguments.overwrite
        )
    except (ValueError, OSError) as error:
        return _refuse(error)
    sys.stdout.write(json.dumps(names) + "\n")
    return 0


def _quantise(arguments: argparse.Namespace) -> int:
    from trainer.int8.compare import quantise

    try:
        told = quantise(arguments.run).told
    except (ValueError, OSError) as error:
        return _refuse(error)
    sys.stdout.write(f"{told}\n")
    return 0


def _predict(arguments: argparse.Namespace) -> int:
    from trainer.predict_command import predict_command

    try:
        summary = predict_command(
            arguments.model,
            arguments.paths,
            arguments.out,
            draw=arguments.draw,
            min_score=arguments.min_score,
        )
    except (ValueError, OSError) as error:
        return _refuse(error)
    sys.stdout.write(summary + "\n")
    return 0


def _export(arguments: argparse.Namespace) -> int:
    from trainer.checkpoint import load_checkpoint
    from trainer.export import export_onnx

    try:
        export_onnx(
            arguments.run / "model.onnx", *load_checkpoint(arguments.run / "best.safetensors")
        )
    except (ValueError, OSError) as error:
        return _refuse(error)
    return 0


def _refuse(error: ValueError | OSError) -> int:
    sentence = sentence_of(error) if isinstance(error, OSError) else str(error)
    sys.stderr.write(f"{sentence}\n")
    return 1


if __name__ == "__main__":
    raise SystemExit(main())
