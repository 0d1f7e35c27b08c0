"""Makes the Parquet files beside it, as pandas and data hubs write them: pip install pyarrow pillow."""
import io, json, datetime, decimal
import pyarrow as pa, pyarrow.parquet as pq
from PIL import Image

rows = 40
kinds = ["ash", "elm"]
table = pa.table({
    "__index_level_0__": pa.array(range(rows), pa.int64()),
    "height": pa.array([None if i == 3 else 1.5 * (i % 2) + 0.01 * i for i in range(rows)], pa.float64()),
    "leaves": pa.array([i % 7 for i in range(rows)], pa.int32()),
    "green": pa.array([i % 3 == 0 for i in range(rows)], pa.bool_()),
    "soil": pa.array(["clay" if i % 4 else "sand" for i in range(rows)]).dictionary_encode(),
    "price": pa.array([decimal.Decimal(i) / 4 for i in range(rows)], pa.decimal128(9, 2)),
    "seen": pa.array([datetime.datetime(2024, 1, 1) + datetime.timedelta(days=i) for i in range(rows)], pa.timestamp("us")),
    "notes": pa.array([["a", "b"][: i % 3] for i in range(rows)], pa.list_(pa.string())),
    "species": pa.array([kinds[i % 2] for i in range(rows)]),
})
pq.write_table(table, "mixed.parquet", compression="snappy", row_group_size=16)
pq.write_table(table, "mixed-zstd.parquet", compression="zstd", data_page_version="2.0")

def png(i):
    image = Image.new("L", (8, 8), 0)
    for k in range(8):
        image.putpixel((k, i % 8) if i % 2 else (i % 8, k), 255)
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()

pictures = pa.table({
    "image": pa.array([{"bytes": png(i), "path": f"{i}.png"} for i in range(24)],
                      pa.struct([("bytes", pa.binary()), ("path", pa.string())])),
    "label": pa.array([i % 2 for i in range(24)], pa.int64()),
})
features = {"image": {"_type": "Image"}, "label": {"names": ["column", "row"], "_type": "ClassLabel"}}
hub = json.dumps({"info": {"features": features}})
pq.write_table(pictures.replace_schema_metadata({"huggingface": hub}), "pictures.parquet")

# Older writers say of text only that it is bytes; lists and other bytes are not read.
plain = pa.table({
    "x": pa.array([0.5 * i for i in range(rows)], pa.float64()),
    "raw": pa.array([bytes([255, i]) for i in range(rows)], pa.binary()),
    "class": pa.array([kinds[(i * i) % 3 % 2].encode() for i in range(rows)], pa.binary()),
})
pq.write_table(plain, "bytes.parquet")

# A column of texts as data hubs have it, and a pair.
said = ["It said \"so\", and\nthen nothing came of it", " Grüße an alle, die da sind", "这部电影很好看。", "1"]
texts = pa.table({
    "text": pa.array([f"{said[i % 4]} {i}" if i % 4 < 3 else None if i == 3 else "1" for i in range(rows)]),
    "label": pa.array([i % 2 for i in range(rows)], pa.int64()),
})
pq.write_table(texts, "texts.parquet")
