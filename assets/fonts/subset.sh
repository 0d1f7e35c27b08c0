#!/usr/bin/env bash
# Makes the Chinese faces and the monospaced one again. It needs Debian's packages fonts-noto-cjk and fonts-jetbrains-mono, and
# python3-venv for fonttools. Both Chinese faces have the 3,755 usual characters of GB 2312 (level 1), so that names which
# users type keep their weight in titles, and all that the window and its lessons say. Run it after words were added to them.
set -euo pipefail
cd "$(dirname "$0")"

noto=/usr/share/fonts/opentype/noto
jetbrains=/usr/share/fonts/truetype/jetbrains-mono
for source in "$noto"/NotoSansCJK-{Regular,Bold}.ttc "$jetbrains/JetBrainsMono-Regular.ttf"; do
  [ -r "$source" ] || { echo "no $source: apt-get install fonts-noto-cjk fonts-jetbrains-mono python3-venv" >&2; exit 1; }
done

tools=$(mktemp -d)
trap 'rm -rf "$tools"' EXIT
python3 -m venv "$tools/venv"
# One version, so that the same words give the same bytes.
"$tools/venv/bin/pip" -q --disable-pip-version-check install fonttools==4.68.0

python3 - "$tools/characters.txt" <<'PYTHON'
import pathlib, sys
# The last four are the language's own name in the list of languages, which is not a translated text.
said = pathlib.Path("../i18n/zh-CN.ftl").read_text(encoding="utf-8") + "简体中文"
said += "".join(words.read_text(encoding="utf-8") for words in sorted(pathlib.Path("../lessons").glob("*/zh-CN.md")))
marks = [chr(c) for c in (*range(0x3000, 0x3040), *range(0xFF00, 0xFFF0))] + list("“”‘’—…·×–−→←")
usual = {bytes([a, b]).decode("gb2312", "ignore") for a in range(0xB0, 0xD8) for b in range(0xA1, 0xFF)}
# ASCII is Inter's.
characters = {c for c in said if ord(c) > 0x7F} | set(marks) | usual
pathlib.Path(sys.argv[1]).write_text("".join(sorted(characters)), encoding="utf-8")
PYTHON

# The window sets text from left to right, glyph by glyph: no features (the ligatures of code among them), nothing for vertical
# lines. Of the names, those that say what the file is, whose it is and under which licence.
subset() { # source, result, arguments
  "$tools/venv/bin/pyftsubset" "$1" --output-file="$2" --no-hinting --notdef-outline --layout-features= \
    --drop-tables+=BASE,GDEF,GPOS,GSUB,VORG,gasp,vhea,vmtx --name-IDs=0,1,2,3,5,13,14 "${@:3}"
}
# Face 2 of the collections is the simplified Chinese one. Without subroutines they are a little smaller.
for weight in Regular Bold; do
  subset "$noto/NotoSansCJK-$weight.ttc" "NotoSansSC-$weight.otf" --font-number=2 --desubroutinize \
    --text-file="$tools/characters.txt"
done
# Latin-1 and Latin Extended-A, Greek, punctuation, the euro, arrows, mathematical operators, box drawing.
subset "$jetbrains/JetBrainsMono-Regular.ttf" JetBrainsMono-Regular.ttf \
  --unicodes=U+0020-017F,U+0370-03FF,U+2000-206F,U+20AC,U+2190-21FF,U+2200-22FF,U+2500-257F
