#!/usr/bin/env bash
# Makes the Chinese faces and the monospaced one again from Debian's packages fonts-noto-cjk and fonts-jetbrains-mono, and
# fonttools. The regular Chinese face has the 3,755 usual characters of GB 2312 (level 1) beside all that the window's own
# words need; the bold one, for titles, has only what those words need. Run it after words were added to zh-CN.ftl.
set -euo pipefail
cd "$(dirname "$0")"

tools=$(mktemp -d)
trap 'rm -rf "$tools"' EXIT
python3 -m venv "$tools/venv"
"$tools/venv/bin/pip" -q install fonttools

python3 - "$tools" <<'PYTHON'
import pathlib, sys
tools = pathlib.Path(sys.argv[1])
rows = pathlib.Path("../i18n/zh-CN.ftl").read_text() + "简体中文"
marks = [chr(c) for c in (*range(0x3000, 0x3040), *range(0xFF00, 0xFFF0))] + list("“”‘’—…·×–−→←")
own = {c for c in rows if ord(c) > 0x2000} | set(marks)
usual = {bytes([a, b]).decode("gb2312", "ignore") for a in range(0xB0, 0xD8) for b in range(0xA1, 0xFF)}
(tools / "own.txt").write_text("".join(sorted(own)))
(tools / "usual.txt").write_text("".join(sorted(own | usual)))
PYTHON

subset() { # source, number of the face in it, result, arguments
  "$tools/venv/bin/pyftsubset" "$1" --font-number="$2" --output-file="$3" --no-hinting --name-IDs=0,1,2,3,5,13,14 \
    --layout-features= --notdef-outline "${@:4}"
}
noto=/usr/share/fonts/opentype/noto
subset "$noto/NotoSansCJK-Regular.ttc" 2 NotoSansSC-Regular.otf --text-file="$tools/usual.txt"
subset "$noto/NotoSansCJK-Bold.ttc" 2 NotoSansSC-Bold.otf --text-file="$tools/own.txt"
subset /usr/share/fonts/truetype/jetbrains-mono/JetBrainsMono-Regular.ttf 0 JetBrainsMono-Regular.ttf \
  --unicodes=U+0020-017F,U+0370-03FF,U+2000-206F,U+20AC,U+2190-21FF,U+2200-22FF,U+2500-257F
