"""GStreamer's RTSP server, for network_films.py: a folder's films at their names. Run it with the
system's Python, which has GStreamer: gstreamer_server.py FOLDER PORT TRANSPORT.

It tells its readiness, and then for each visit when the film began, as time.monotonic() counts.
"""

import sys
import time
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

gi = import_module("gi")
for part in ("Gst", "GstRtspServer", "GstRtsp"):
    gi.require_version(part, "1.0")
Gst, GstRtspServer, GstRtsp, GLib = (
    import_module(f"gi.repository.{name}") for name in ("Gst", "GstRtspServer", "GstRtsp", "GLib")
)
AS_RTP = {
    "h264": "h264parse ! rtph264pay config-interval=-1",
    "h265": "h265parse ! rtph265pay config-interval=-1",
    "jpeg": "jpegparse ! rtpjpegpay",
}
PLAYING = 4


def tell_begin(media: Any, state: int) -> None:
    if state == PLAYING:
        GLib.timeout_add(100, partial(tell_base, media))


def tell_base(media: Any) -> None:
    top = media.get_element()
    while top.get_parent():
        top = top.get_parent()
    offset = time.monotonic() - Gst.SystemClock.obtain().get_time() / 1e9
    sys.stdout.write(f"{top.get_base_time() / 1e9 + offset}\n")
    sys.stdout.flush()


def main() -> None:
    folder, port, transport = sys.argv[1:]
    Gst.init(None)
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service(port)
    for film in Path(folder).iterdir():
        codec = film.stem.partition("-")[0]
        begin = f"filesrc location={film} ! qtdemux ! queue max-size-time=2000000000"
        factory = GstRtspServer.RTSPMediaFactory()
        factory.set_launch(f"( {begin} ! {AS_RTP[codec]} name=pay0 )")
        factory.set_protocols(getattr(GstRtsp.RTSPLowerTrans, transport.upper()))
        factory.connect("media-configure", lambda _, media: media.connect("new-state", tell_begin))
        server.get_mount_points().add_factory(f"/{film.stem}", factory)
    server.attach(None)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    GLib.MainLoop().run()


if __name__ == "__main__":
    main()
