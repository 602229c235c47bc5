"""Returned mails as other servers write them: invented people and hosts, real shapes."""

ROBOT = "MAILER-DAEMON@mx.example.net"


def postfix(message_id, to, *, status="5.1.1", action="failed", said=None, sender=ROBOT) -> bytes:
    """RFC 3464 with the headers of the returned mail."""
    said = said or f"smtp; 550 {status} <{to}>: Recipient address rejected: User unknown"
    return f"""Return-Path: <>
From: {sender} (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
To: ideas@example.org
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="B1/mx"

This is a MIME-encapsulated message.

--B1/mx
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

This is the mail system at host mx.example.net.

<{to}>: host in.example.net[192.0.2.7] said: 550 {status} User unknown

--B1/mx
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net
X-Postfix-Queue-ID: 4F1A2B3C
Arrival-Date: Tue,  3 Mar 2026 10:16:00 +0000 (UTC)

Final-Recipient: rfc822; {to}
Original-Recipient: rfc822;{to}
Action: {action}
Status: {status}
Remote-MTA: dns; in.example.net
Diagnostic-Code: {said}

--B1/mx
Content-Description: Undelivered Message Headers
Content-Type: text/rfc822-headers

From: Ideas <ideas@example.org>
Message-ID: {message_id}
To: {to}
Subject: News

--B1/mx--
""".encode()


def exchange(message_id, to) -> bytes:
    """The report in base64, the whole mail returned, the id in References too."""
    return f"""From: postmaster@corp.example.net
To: ideas@example.org
Subject: Undeliverable: News
In-Reply-To: {message_id}
References: {message_id}
Content-Type: multipart/report; report-type=delivery-status; boundary="_000_ex"

--_000_ex
Content-Type: multipart/alternative; boundary="_001_ex"

--_001_ex
Content-Type: text/html; charset="utf-8"

<p>Your message to <a href="mailto:{to}">{to}</a> could not be delivered.</p>

--_001_ex--

--_000_ex
Content-Type: message/delivery-status

Reporting-MTA: dns;EX01.corp.example.net
Received-From-MTA: dns;mail.example.org

Final-Recipient: rfc822;{to.upper()}
Action: failed
Status: 5.1.10
Diagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient
 not found by SMTP address lookup

--_000_ex
Content-Type: message/rfc822

From: Ideas <ideas@example.org>
Message-ID: {message_id}
To: {to}
Subject: News
Content-Type: text/plain

Hello.

--_000_ex--
""".encode()


def gmail(message_id, to) -> bytes:
    """A general Status; the code stands in the diagnostic, over several lines."""
    return f"""From: Mail Delivery Subsystem <mailer-daemon@big.example.com>
To: ideas@example.org
X-Failed-Recipients: {to}
Subject: Delivery Status Notification (Failure)
Content-Type: multipart/report; boundary="0000big"; report-type=delivery-status

--0000big
Content-Type: text/plain; charset="UTF-8"

Address not found

--0000big
Content-Type: message/delivery-status

Reporting-MTA: dns; big.example.com
Arrival-Date: Tue, 03 Mar 2026 02:16:00 -0800 (PST)
X-Original-Message-ID: {message_id}

Final-Recipient: rfc822; {to}
Action: failed
Status: 5.0.0
Diagnostic-Code: smtp; 550-5.1.1 The email account that you tried to reach does not exist.
 550 5.1.1 Please try double-checking the address

--0000big
Content-Type: message/rfc822

Message-ID: {message_id}
To: {to}
Subject: News

Hello.

--0000big--
""".encode()


def qmail(message_id, to) -> bytes:
    """No report at all: words, a code, and the mail below."""
    return f"""Return-Path: <>
From: MAILER-DAEMON@old.example.net
To: ideas@example.org
Subject: failure notice

Hi. This is the program at old.example.net.
I'm afraid I wasn't able to deliver your message to the following addresses.

<{to}>:
192.0.2.9 does not like recipient.
Remote host said: 550 no such mailbox here

--- Below this line is a copy of the message.

Message-ID: {message_id}
To: {to}
Subject: News

Hello.
""".encode()


def complaint(message_id, to, *, kind="abuse", unsubscribe="https://ideas.example.org/unsubscribe/x") -> bytes:
    """RFC 5965."""
    return f"""From: fbl@big.example.com
To: ideas@example.org
Subject: FW: News
Content-Type: multipart/report; report-type=feedback-report; boundary="arf"

--arf
Content-Type: text/plain

This is an email abuse report.

--arf
Content-Type: message/feedback-report

Feedback-Type: {kind}
User-Agent: Loop/1
Version: 1

--arf
Content-Type: message/rfc822

From: Ideas <ideas@example.org>
Message-ID: {message_id}
To: {to}
List-Unsubscribe: <{unsubscribe}>
Subject: News

Hello.

--arf--
""".encode()


def away(message_id, to) -> bytes:
    """An out-of-office note."""
    return f"""From: {to}
To: ideas@example.org
In-Reply-To: {message_id}
Auto-Submitted: auto-replied
Subject: Away until 5.1.1970

I am away until 5.1.1. and read no mail; 550 others wait.
{message_id}
""".encode()
