"""Makes the model files in `fixtures/` and what an f64 forward pass gives on them; needs nothing but Python.

`torch` is not needed: its pickles name functions, and stand-ins of the same names make the same pickles.
"""
import argparse, collections, io, json, math, pathlib, pickle, random, struct, sys, types, zipfile

OUT = pathlib.Path(__file__).parent / "fixtures"
OUT.mkdir(exist_ok=True)
EXPECTED = {}


def narrow(value, kind):
    """The nearest number of a kind."""
    if kind == "F64":
        return value
    if kind == "BF16":
        return struct.unpack("<f", struct.pack("<I", (struct.unpack("<I", struct.pack("<f", value))[0] + 0x8000) & 0xFFFF0000))[0]
    code = {"F32": "<f", "F16": "<e"}[kind]
    return struct.unpack(code, struct.pack(code, value))[0]


def pack(values, kind, big=False):
    if kind == "BF16":
        halves = [struct.unpack("<I", struct.pack("<f", v))[0] >> 16 for v in values]
        return struct.pack(f"{'>' if big else '<'}{len(halves)}H", *halves)
    code = {"F32": "f", "F16": "e", "F64": "d", "I64": "q"}[kind]
    return struct.pack(f"{'>' if big else '<'}{len(values)}{code}", *values)


class Tensor:
    def __init__(self, shape, values, kind="F32"):
        self.shape, self.kind = tuple(shape), kind
        self.values = values if kind == "I64" else [narrow(v, kind) for v in values]
        self.transposed = False

    def strides(self):
        strides, step = [], 1
        for side in reversed(self.shape):
            strides.insert(0, step)
            step *= side
        return tuple(strides)

    def __reduce__(self):
        order, strides = self.values, self.strides()
        if self.transposed:
            rows, columns = self.shape
            order = [self.values[r * columns + c] for c in range(columns) for r in range(rows)]
            strides = (1, rows)
        # Three numbers of another tensor come first.
        storage = Storage([0.0] * 3 + order if self.kind != "I64" else [0] * 3 + order, self.kind)
        return torch._utils._rebuild_tensor_v2, (storage, 3, self.shape, strides, False, collections.OrderedDict())


class Storage:
    def __init__(self, values, kind):
        self.values, self.kind = values, kind


def stand_in(module, name):
    """A function that pickles by its name."""
    parts = module.split(".")
    for i in range(1, len(parts) + 1):
        full = ".".join(parts[:i])
        if full not in sys.modules:
            sys.modules[full] = types.ModuleType(full)
            if i > 1:
                setattr(sys.modules[".".join(parts[: i - 1])], parts[i - 1], sys.modules[full])
    made = type(name, (), {"__module__": module})
    setattr(sys.modules[module], name, made)
    return made


stand_in("torch._utils", "_rebuild_tensor_v2")
torch = sys.modules["torch"]
KINDS = {"F32": "FloatStorage", "F64": "DoubleStorage", "F16": "HalfStorage", "BF16": "BFloat16Storage", "I64": "LongStorage"}
for storage_name in KINDS.values():
    stand_in("torch", storage_name)
Net = stand_in("my_models.nets", "Net")


def save_pt(name, value, big=False, protocol=2, extra=()):
    storages, buffer = [], io.BytesIO()

    class Pickler(pickle.Pickler):
        def persistent_id(self, thing):
            if isinstance(thing, Storage):
                storages.append(thing)
                return "storage", getattr(torch, KINDS[thing.kind]), str(len(storages) - 1), "cpu", len(thing.values)
            return None

    Pickler(buffer, protocol=protocol).dump(value)
    with zipfile.ZipFile(OUT / name, "w") as file:
        put = lambda entry, data: file.writestr(zipfile.ZipInfo(f"model/{entry}"), data)
        put("data.pkl", buffer.getvalue())
        put("byteorder", "big" if big else "little")
        for i, storage in enumerate(storages):
            put(f"data/{i}", pack(storage.values, storage.kind, big))
        put("version", "3\n")
        for entry, data in extra:
            put(entry, data)


def save_safetensors(name, tensors):
    header, data = {}, b""
    for key in sorted(tensors):
        tensor = tensors[key]
        packed = pack(tensor.values, tensor.kind)
        header[key] = {"dtype": tensor.kind, "shape": list(tensor.shape), "data_offsets": [len(data), len(data) + len(packed)]}
        data += packed
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    (OUT / name).write_bytes(struct.pack("<Q", len(text)) + text + data)


def seeded(seed):
    source = random.Random(seed)
    return lambda shape, kind="F32": Tensor(shape, [source.uniform(-0.7, 0.7) for _ in range(math.prod(shape))], kind)


# The forward pass, in f64.
def dense(x, w, b):
    rows = [w.values[o * w.shape[1] : (o + 1) * w.shape[1]] for o in range(w.shape[0])]
    return [sum(a * v for a, v in zip(row, x)) + (b.values[o] if b else 0.0) for o, row in enumerate(rows)]


def relu(x):
    return [max(v, 0.0) for v in x]


def norm(x, n):
    w, b, mean, var = (t.values for t in n)
    each = len(x) // len(w)
    return [(v - mean[i // each]) / math.sqrt(var[i // each] + 1e-5) * w[i // each] + b[i // each] for i, v in enumerate(x)]


def conv(x, w, b, height, width):
    outs, ins = w.shape[:2]
    result = []
    for o in range(outs):
        for y in range(height):
            for c in range(width):
                total = b.values[o]
                for i in range(ins):
                    for dy in range(3):
                        for dx in range(3):
                            yy, xx = y + dy - 1, c + dx - 1
                            if 0 <= yy < height and 0 <= xx < width:
                                total += w.values[((o * ins + i) * 3 + dy) * 3 + dx] * x[(i * height + yy) * width + xx]
                result.append(total)
    return result


def pool(x, channels, height, width):
    at = lambda k, y, c: x[(k * height + y) * width + c]
    return [max(at(k, 2 * y + i, 2 * c + j) for i in (0, 1) for j in (0, 1))
            for k in range(channels) for y in range(height // 2) for c in range(width // 2)]


def rows(shape, low):
    n = math.prod(shape)
    return [[narrow(low + (1 - low) * abs(math.sin(7 * i + 3 * j + 1)), "F32") for j in range(n)] for i in range(5)]


def expect(name, shape, forward, low=-1.0):
    inputs = rows(shape, low)
    EXPECTED[name] = {"shape": shape, "inputs": inputs, "logits": [forward(row) for row in inputs]}


def mlp(make, names=("0", "2"), kind="F32"):
    a, b = names
    return collections.OrderedDict([
        (f"{a}.weight", make((6, 4), kind)), (f"{a}.bias", make((6,), kind)),
        (f"{b}.weight", make((3, 6), kind)), (f"{b}.bias", make((3,), kind)),
    ])


def through(d, a="0", b="2"):
    return lambda x: dense(relu(dense(x, d[f"{a}.weight"], d[f"{a}.bias"])), d[f"{b}.weight"], d[f"{b}.bias"])


def batch_norm(make, n):
    positive = Tensor((n,), [abs(v) + 0.3 for v in make((n,)).values])
    # A negative factor among them: folding must not depend on its sign.
    return make((n,)), make((n,)), make((n,)), positive


def put_norm(d, name, n):
    for key, tensor in zip(("weight", "bias", "running_mean", "running_var"), n):
        d[f"{name}.{key}"] = tensor
    d[f"{name}.num_batches_tracked"] = Tensor((), [10], "I64")


for kind in ("F32", "F16", "BF16", "F64"):
    d = mlp(seeded(kind), kind=kind)
    save_safetensors(f"mlp-{kind}.safetensors", d)
    expect(f"mlp-{kind}.safetensors", [4], through(d))
    save_pt(f"mlp-{kind}.pt", d)
    expect(f"mlp-{kind}.pt", [4], through(d))

d = mlp(seeded(1), ("module.fc1", "module.fc2"))
d["module.fc1.weight"].transposed = True
save_pt("wrapped-big-endian.pt", d, big=True, protocol=4)
expect("wrapped-big-endian.pt", [4], through(d, "module.fc1", "module.fc2"))

# Alphabetical order is not the order of the layers; sizes tell.
d = mlp(seeded(2), ("zeta", "alpha"))
save_safetensors("by-sizes.safetensors", d)
expect("by-sizes.safetensors", [4], through(d, "zeta", "alpha"))

make = seeded(3)
d = mlp(make)
optimiser = {"state": {0: {"exp_avg": make((6, 4)), "step": Tensor((), [3.0])}}, "param_groups": [{"lr": 0.1, "betas": (0.9, 0.999)}]}
save_pt("training-script.pt", {"epoch": 3, "args": argparse.Namespace(lr=0.1, net=Net()), "optimizer": optimiser,
                               "loss": Tensor((), [0.5]), "model_state_dict": d, "best": None, "seen": {1, 2}, "tag": b"x"})
expect("training-script.pt", [4], through(d))

make = seeded(4)
d = mlp(make, ("0", "3"))
n = batch_norm(make, 6)
put_norm(d, "1", n)
save_safetensors("norm-before-relu.safetensors", d)
expect("norm-before-relu.safetensors", [4],
       lambda x, d=d, n=n: dense(relu(norm(dense(x, d["0.weight"], d["0.bias"]), n)), d["3.weight"], d["3.bias"]))

make = seeded(5)
d = mlp(make, ("1", "4"))
first, n = batch_norm(make, 4), batch_norm(make, 6)
put_norm(d, "0", first)
put_norm(d, "3", n)
save_pt("norm-after-relu.pt", d)
expect("norm-after-relu.pt", [4],
       lambda x, d=d, f=first, n=n: dense(norm(relu(dense(norm(x, f), d["1.weight"], d["1.bias"])), n), d["4.weight"], d["4.bias"]))

make = seeded(6)
d = mlp(make, ("fc1", "fc2"))
n = batch_norm(make, 6)
put_norm(d, "bn1", n)
del d["fc2.bias"]
save_safetensors("norm-by-name.safetensors", d)
expect("norm-by-name.safetensors", [4],
       lambda x, d=d, n=n: dense(relu(norm(dense(x, d["fc1.weight"], d["fc1.bias"]), n)), d["fc2.weight"], None))

# Conv, BN, ReLU, pool, conv, ReLU, pool, BN | Flatten, Dropout, dense.
make = seeded(7)
d = collections.OrderedDict([("features.0.weight", make((3, 2, 3, 3))), ("features.0.bias", make((3,))),
                             ("features.4.weight", make((4, 3, 3, 3))), ("features.4.bias", make((4,))),
                             ("classifier.1.weight", make((3, 4 * 2 * 1))), ("classifier.1.bias", make((3,)))])
before, after = batch_norm(make, 3), batch_norm(make, 4)
put_norm(d, "features.1", before)
put_norm(d, "features.7", after)


def pictures(x, d=d, before=before, after=after):
    x = pool(relu(norm(conv(x, d["features.0.weight"], d["features.0.bias"], 8, 7), before)), 3, 8, 7)
    x = norm(pool(relu(conv(x, d["features.4.weight"], d["features.4.bias"], 4, 3)), 4, 4, 3), after)
    return dense(x, d["classifier.1.weight"], d["classifier.1.bias"])


save_pt("cnn.pt", d)
expect("cnn.pt", [2, 8, 7], pictures, 0.0)

save_pt("whole-model.pt", Net())
save_pt("script.pt", mlp(seeded(8)), extra=[("code/x.py", ""), ("constants.pkl", b"\x80\x02).")])
(OUT / "expected.json").write_text(json.dumps(EXPECTED))
