#!/usr/bin/env python3
"""Makes the small random BERT of these tests and what transformers says of it.

    pip install torch transformers safetensors && python fixtures.py            # writes fixtures/bert
    python fixtures.py --check FOLDER > expected.json                            # the same numbers for any folder

`expected.json` holds, for each sentence: token ids, the mean and the first token of every layer's hidden states, the logits; and the
gradients of one training step without dropout (cross-entropy of all sentences, classes in turn), each as its norm and first numbers.
"""
import json, pathlib, sys

import torch
from tokenizers import Tokenizer
from transformers import AutoTokenizer, BertConfig, BertForSequenceClassification, BertModel, BertTokenizerFast

HERE = pathlib.Path(__file__).parent / "fixtures" / "bert"
SENTENCES = [
    "The film is good, really good!", "An unaffable mess.", "影片很好看，我喜欢。", "a", "Café naïve Über", "good 好 bad 坏 ??",
    "it is what it is and that is that , one two one two one two one two", "🎬 xyzzy", "really really really bad film",
]
PAIR = ["is it good", "it is bad"]


def make():
    letters = "abcdefghijklmnopqrstuvwxyz0123456789"
    words = "the film is good really an mess it what and that one two bad un ##aff ##able ##ly caf naive uber".split()
    marks = list(",.!?，。") + list("影片很好看我喜欢坏")
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"] + words + marks + list(letters) + ["##" + c for c in letters]
    HERE.mkdir(parents=True, exist_ok=True)
    (HERE / "vocab.txt").write_text("\n".join(pieces) + "\n", encoding="utf-8")
    torch.manual_seed(7)
    names = {0: "bad", 1: "good", 2: "neither"}
    config = BertConfig(vocab_size=len(pieces), hidden_size=24, num_hidden_layers=2, num_attention_heads=3, intermediate_size=48,
                        max_position_embeddings=32, hidden_dropout_prob=0.1, id2label=names,
                        label2id={n: i for i, n in names.items()}, initializer_range=0.3)
    BertForSequenceClassification(config).save_pretrained(HERE)
    BertTokenizerFast(str(HERE / "vocab.txt"), do_lower_case=True).save_pretrained(HERE)


def numbers(tensor):
    return [round(x, 7) for x in tensor.detach().flatten().tolist()]


def check(folder, sentences):
    config = BertConfig.from_pretrained(folder)
    is_whole = bool(json.loads((pathlib.Path(folder) / "config.json").read_text()).get("id2label"))
    torch.manual_seed(0)
    model = BertForSequenceClassification.from_pretrained(folder, attn_implementation="eager") if is_whole else None
    bert = model.bert if is_whole else BertModel.from_pretrained(folder, attn_implementation="eager")
    (model or bert).eval()
    tokenizer = Tokenizer.from_file(str(pathlib.Path(folder) / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    rows, losses = [], []
    for i, sentence in enumerate(sentences):
        encoded = tokenizer.encode(*([sentence] if isinstance(sentence, str) else sentence))
        ids, kinds = torch.tensor([encoded.ids]), torch.tensor([encoded.type_ids])
        out = bert(ids, torch.ones_like(ids), kinds, output_hidden_states=True)
        states = out.hidden_states[1:]
        row = {"text": sentence, "ids": encoded.ids, "means": [numbers(s.mean(1)) for s in states],
               "firsts": [numbers(s[:, 0]) for s in states]}
        if model:
            logits = model.classifier(out.pooler_output)
            row["logits"] = numbers(logits)
            losses.append(torch.nn.functional.cross_entropy(logits, torch.tensor([i % config.num_labels])))
        else:
            # The head is not there: the mean over all numbers of the mean over tokens, each with a weight of its own.
            mean = states[-1].mean(1)[0]
            losses.append((mean * torch.linspace(-1, 1, mean.numel())).sum())
        rows.append(row)
    torch.stack(losses).mean().backward()
    gradients = {}
    for name, parameter in (model or bert).named_parameters():
        if parameter.grad is None:
            continue
        name = name if is_whole else "bert." + name
        used = parameter.grad[parameter.grad.abs().sum(-1) > 0] if "word_embeddings" in name else parameter.grad
        gradients[name] = {"norm": parameter.grad.norm().item(), "first": numbers(used.flatten()[:6])}
    import transformers
    return {"torch": torch.__version__, "transformers": transformers.__version__, "rows": rows, "gradients": gradients}


if __name__ == "__main__":
    if len(sys.argv) > 2 and sys.argv[1] == "--check":
        json.dump(check(sys.argv[2], [*SENTENCES, PAIR]), sys.stdout, ensure_ascii=False)
    else:
        make()
        expected = check(HERE, [*SENTENCES, PAIR])
        (HERE / "expected.json").write_text(json.dumps(expected, ensure_ascii=False), encoding="utf-8")
