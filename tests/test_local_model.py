"""A real local model server with a tiny model of random weights: its gibberish is caught."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from assistant.generate import drafted_answers
from assistant.models import configured
from assistant.settings import Settings
from tests.test_generate import COPIED, HITS


def make_model(folder):
    """A two-layer Llama that has learned nothing, with a tokenizer of single bytes and a few joins."""
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=300, special_tokens=["<s>", "</s>"], initial_alphabet=alphabet, show_progress=False
    )
    tokenizer.train_from_iterator(["the talks stalled because of a storm. [1]"] * 3, trainer)
    template = "{% for m in messages %}{{ m['content'] }}\n{% endfor %}"
    marks = {"bos_token": "<s>", "eos_token": "</s>"}
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, chat_template=template, **marks)
    fast.save_pretrained(folder)
    torch.manual_seed(7)
    shape = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 2}
    LlamaForCausalLM(LlamaConfig(vocab_size=len(fast), max_position_embeddings=8_192, **shape)).save_pretrained(folder)


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tiny")
    make_model(folder)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = Path(sys.executable).with_name("transformers")
    arguments = [command, "serve", folder, "--host", "127.0.0.1", "--port", str(port), "--device", "cpu"]
    environment = {**os.environ, "HF_HUB_OFFLINE": "1"}
    with subprocess.Popen(arguments, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            _wait_for(f"http://127.0.0.1:{port}/health", process)
            yield str(folder), f"http://127.0.0.1:{port}/v1"
        finally:
            process.terminate()


def _wait_for(url, process):
    for _ in range(240):
        try:
            with urllib.request.urlopen(url, timeout=5):  # noqa: S310 - loopback
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            assert process.poll() is None, "the server ended"
            time.sleep(0.5)
    pytest.fail("the local model server did not start")


def test_gibberish_of_a_real_model_is_caught(served):
    folder, url = served
    model = configured(
        Settings(model=f"openai:{folder}", model_url=url, model_deadline=60, model_first_token=60, model_window=2_000)
    )
    final = list(drafted_answers(HITS, model, COPIED))[-1]
    assert final.text == COPIED.text
    assert final.citations == COPIED.citations
    assert "copied from the articles" in final.notes[-1]
    assert "cannot be reached" not in final.notes[-1]
    assert not any(check.supported for check in final.checks)
