"""The doors of the signed token: one-click unsubscribing by header, and its page. They set no cookie."""

from flask import make_response, redirect, render_template, request, url_for

from ideaboard.foundation.database import end_reading
from ideaboard.notifications.unsubscribing import choose_how, holder_of, hows_of, stop, stopped_of, undo
from ideaboard.notifications.views import notifications
from ideaboard.web.gate import gate
from ideaboard.web.globals import request_now

# The address is a key: it goes to no other site and into no cache.
_PRIVATE = {"Cache-Control": "private, no-store", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"}


@notifications.get("/unsubscribe/<token>")
@gate("token.holder", token_route=True)
def unsubscribe(token: str):
    """Offers what to stop, and changes nothing: mail scanners open links."""
    return _page(token)


@notifications.post("/unsubscribe/<token>")
@gate("token.holder", token_route=True)
def unsubscribe_at_once(token: str):
    """RFC 8058: the mail program's own button. Stops all mail but security's; 200 each time."""
    holder = holder_of(token, request_now())
    end_reading()
    stop(holder, "all", request_now())
    return _page(token)


@notifications.post("/unsubscribe/<token>/<any(idea, board, kind, all):scope>")
@gate("token.holder", token_route=True)
def unsubscribe_from(token: str, scope: str):
    """One scope, stopped or (undo) heard again; of a kind also how it comes."""
    holder = holder_of(token, request_now())
    end_reading()
    form, was = request.form, None
    if scope == "kind" and form.get("how"):
        choose_how(holder, form.get("topic", holder.topic), form["how"])
    elif form.get("undo"):
        undo(holder, scope, request_now(), form.get("was", ""))
    else:
        was = stop(holder, scope, request_now()) or None
    return redirect(url_for("notifications.unsubscribe", token=token, done=scope, was=was), 303)


def _page(token: str):
    holder = holder_of(token, request_now())
    response = make_response(
        render_template(
            "notifications/unsubscribe.html",
            holder=holder,
            token=token,
            stopped=stopped_of(holder),
            hows=hows_of(holder),
            done=request.args.get("done"),
            was=request.args.get("was", ""),
        )
    )
    response.headers.update(_PRIVATE)
    return response
