#!/usr/bin/env bash
# Makes the samples beside this script. Needs ffmpeg 5 or later (with libmp3lame, libvorbis, libopus), sox and espeak-ng.
set -euo pipefail
cd "$(dirname "$0")"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
encode() { ffmpeg -nostdin -hide_banner -loglevel error -y "$@"; }
exact=(-fflags +bitexact -flags:a +bitexact)
bare=(-map_metadata -1 "${exact[@]}")

# encode_set SOURCE.wav COVER.png FOLDER TITLE ARTIST
encode_set() {
  local source=$1 cover=$2 out=$3 title=$4 artist=$5
  local tags=(-metadata "title=$title" -metadata "artist=$artist" -metadata "album=Samples" -metadata "genre=Test"
    -metadata "date=2024" -metadata "track=3/12" -metadata "composer=Nobody" -metadata "comment=Made by make-samples.sh")
  local with_tags=("${exact[@]}" "${tags[@]}")
  mkdir -p "$out"
  encode -i "$source" "${bare[@]}" -ar 44100 -ac 1 -c:a libmp3lame -b:a 64k -id3v2_version 0 -write_xing 0 "$out/cbr.mp3"
  encode -i "$source" -i "$cover" -map 0:a -map 1:v -c:v copy "${with_tags[@]}" -ar 22050 -ac 2 -c:a libmp3lame -q:a 7 \
    -id3v2_version 3 -write_id3v1 1 -metadata:s:v comment="Cover (front)" -disposition:v attached_pic "$out/vbr-cover.mp3"
  encode -i "$source" "${with_tags[@]}" -ar 8000 -ac 1 -c:a pcm_s16le "$out/pcm16.wav"
  encode -i "$source" "${bare[@]}" -ar 8000 -ac 1 -c:a pcm_s24le "$out/pcm24.wav"
  encode -i "$source" "${bare[@]}" -ar 8000 -ac 1 -c:a pcm_f32le "$out/float32.wav"
  encode -i "$source" "${bare[@]}" -ar 8000 -ac 1 -c:a pcm_s16le -rf64 always "$out/pcm16.rf64.wav"
  encode -i "$source" -i "$cover" -map 0:a -map 1:v -c:v copy "${with_tags[@]}" -ar 16000 -ac 1 -c:a flac \
    -disposition:v attached_pic "$out/tagged.flac"
  encode -i "$source" "${with_tags[@]}" -ar 22050 -ac 1 -c:a libvorbis -q:a 0 "$out/vorbis.ogg"
  encode -i "$source" "${with_tags[@]}" -ar 48000 -ac 1 -c:a libopus -b:a 24k "$out/opus.ogg"
  encode -i "$source" -i "$cover" -map 0:a -map 1:v -c:v copy "${with_tags[@]}" -ar 22050 -ac 2 -c:a aac -b:a 32k \
    -disposition:v attached_pic -movflags +faststart "$out/aac.m4a"
  encode -i "$source" "${with_tags[@]}" -ar 16000 -ac 1 -c:a alac "$out/alac.m4a"
  encode -i "$source" "${bare[@]}" -ar 22050 -ac 1 -c:a aac -b:a 32k -movflags +frag_keyframe+empty_moov+default_base_moof \
    -frag_duration 400000 "$out/fragmented.m4a"
  encode -i "$source" "${bare[@]}" -ar 22050 -ac 1 -c:a aac -b:a 24k "$out/adts.aac"
  encode -i "$source" "${bare[@]}" -ar 8000 -ac 1 -c:a pcm_s16be "$out/pcm16.aiff"
  encode -i "$source" "${bare[@]}" -ar 8000 -ac 1 -c:a pcm_s16le -f aiff "$out/pcm16.aifc"
  encode -i "$source" "${with_tags[@]}" -ar 48000 -ac 1 -c:a libopus -b:a 24k "$out/opus.webm"
  encode -i "$source" "${bare[@]}" -ar 22050 -ac 1 -c:a aac -b:a 24k "$out/aac.mka"
  encode -i "$source" "${bare[@]}" -ar 22050 -ac 2 -c:a aac -b:a 32k "$out/aac.mov"
  encode -i "$source" "${bare[@]}" -ar 8000 -ac 1 -c:a pcm_s16be "$out/pcm16.caf"
}

encode -f lavfi -i color=c=0x1db954:s=16x16 -frames:v 1 "${exact[@]}" "$work/green.png"
encode -f lavfi -i testsrc=s=32x32 -frames:v 1 "${exact[@]}" "$work/pattern.png"

# One second of a sweep from 200 to 2000 Hz.
sox -V1 -n -r 48000 -c 1 -b 16 -R "$work/sweep.wav" synth 1 sine 200-2000 gain -6
encode_set "$work/sweep.wav" "$work/green.png" sweep 'Sweep' 'Sine Waves'

# A spoken sentence over a chord; 1.25 seconds.
espeak-ng -v en -s 190 -w "$work/speech.wav" 'One two three, testing.'
sox -V1 -R "$work/speech.wav" -r 48000 -c 1 -b 16 "$work/voice.wav" trim 0 1.25 pad 0 1.25 trim 0 1.25 gain -6
sox -V1 -n -r 48000 -c 1 -b 16 -R "$work/chord.wav" synth 1.25 pluck C3 synth 1.25 pluck mix E3 gain -12
sox -V1 -R -m "$work/voice.wav" "$work/chord.wav" "$work/spoken.wav" trim 0 1.25
encode_set "$work/spoken.wav" "$work/pattern.png" spoken 'Größer als 東京 🎧' 'Émile & eSpeak'

# What must be refused.
mkdir -p refused
printf '<!doctype html>\n<html><head><title>Hi</title></head><body><script>alert(1)</script></body></html>\n' > refused/page.html.mp3
cp "$work/pattern.png" refused/picture.png.mp3
printf '%%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer << /Root 1 0 R >>\n%%%%EOF\n' > refused/document.pdf.mp3
python3 - <<'PYTHON'
import zipfile
with zipfile.ZipFile('refused/archive.zip.mp3', 'w') as archive:
    archive.writestr(zipfile.ZipInfo('song.txt', (2024, 1, 1, 0, 0, 0)), 'la la la\n' * 20)
PYTHON
printf 'Just words, no music.\n' > refused/words.txt.mp3
head -c 12000 /dev/zero | tr '\0' 'x' | cat <(printf '\xff\xfb\x90\x64') - > refused/two-lucky-bytes.mp3
printf '\xff\xfeH\0e\0l\0l\0o\0,\0 \0w\0o\0r\0l\0d\0' > refused/utf-16.txt.mp3
encode -i "$work/sweep.wav" "${bare[@]}" -ar 22050 -ac 1 -c:a wmav2 -b:a 32k refused/windows-media.wma
encode -i "$work/sweep.wav" "${bare[@]}" -ar 16000 -ac 1 -c:a mp2 -b:a 32k refused/layer-two.mp2
encode -i "$work/sweep.wav" "${bare[@]}" -ar 8000 -ac 1 -c:a wavpack refused/wavpack.wv
encode -i "$work/sweep.wav" "${bare[@]}" -ar 16000 -ac 1 -c:a libspeex refused/speex.ogg
encode -i "$work/sweep.wav" "${bare[@]}" -ar 16000 -ac 1 -c:a adpcm_ms refused/adpcm.wav
encode -i "$work/sweep.wav" "${bare[@]}" -ar 16000 -ac 1 -c:a adpcm_ima_qt refused/ima4.aiff
encode -i "$work/sweep.wav" "${bare[@]}" -ar 8000 -ac 1 -c:a libgsm_ms refused/gsm.wav
encode -i "$work/sweep.wav" "${bare[@]}" -ar 32000 -ac 1 -c:a ac3 -b:a 32k refused/ac3.mp4
encode -i "$work/sweep.wav" "${bare[@]}" -ar 32000 -ac 1 -c:a ac3 -b:a 32k refused/ac3.mka
film=(-f lavfi -i testsrc=s=32x32:r=5:d=1 -i "$work/sweep.wav" "${bare[@]}" -threads 1 -pix_fmt yuv420p)
encode "${film[@]}" -c:v mpeg4 -c:a aac -b:a 24k -ar 22050 refused/film.mp4
encode "${film[@]}" -c:v libvpx -b:v 20k -c:a libopus -b:a 16k refused/film.webm
encode "${film[@]}" -c:v mpeg4 -c:a libmp3lame -b:a 24k -ar 22050 refused/film.avi
