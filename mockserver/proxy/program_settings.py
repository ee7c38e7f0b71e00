"""The files for programs that read no variable for a CA or a proxy: wget, PHP, and Node before 24.

They contain no port, so that they stay valid for every server with the same CA.
"""

import os
import re
from collections.abc import Mapping
from pathlib import Path

_WGET_CA_FILE = b"cacertificate"
_OWN_WGET_COMMANDS = (_WGET_CA_FILE, b"httpproxy", b"httpsproxy", b"noproxy", b"useproxy")
"""Commands of a wgetrc that would replace our CA file, or the proxy of the environment."""

_PHP_PREPENDED_FILE = r"""<?php
// Written by recmock. PHP's streams read no proxy variables.
$recmock_prepended = (static function () {
    $server = parse_url((string) getenv('RECMOCK_URL'));
    if (isset($server['host'])) {
        $port = isset($server['port']) ? $server['port'] : ($server['scheme'] === 'https' ? 443 : 80);
        $proxy = ($server['scheme'] === 'https' ? 'ssl' : 'tcp') . '://' . $server['host'] . ':' . $port;
        stream_context_set_default(array('http' => array('proxy' => $proxy, 'request_fulluri' => true)));
    }
    $prepended = '';
    foreach (explode(',', php_ini_loaded_file() . ',' . php_ini_scanned_files()) as $file) {
        $file = trim($file);
        $values = $file === '' || dirname($file) === __DIR__ ? false : @parse_ini_file($file);
        if (is_array($values) && isset($values['auto_prepend_file'])) {
            $prepended = $values['auto_prepend_file'];
        }
    }
    return $prepended === 'none' ? '' : $prepended;
})();
if ($recmock_prepended !== '') {
    require $recmock_prepended; // the user's own file, in the global scope as PHP would run it
}
unset($recmock_prepended);
"""


def build_wgetrc(bundle: Path, environment: Mapping[str, str]) -> bytes:
    """Return the user's own wgetrc with our CA file instead of other CA files and proxies.

    A wgetrc cannot include another file, and the variable WGETRC replaces the user's own.
    """
    user_lines = [
        line for line in _read_user_wgetrc(environment) if _parse_wget_line(line)[0] not in _OWN_WGET_COMMANDS
    ]
    own_lines = [b"ca_certificate = %s" % bytes(bundle), b"use_proxy = on"]
    return b"".join(line + b"\n" for line in (*user_lines, *own_lines))


def build_php_files(folder: Path, bundle: Path) -> Mapping[Path, bytes]:
    """Return the files of a folder for PHP_INI_SCAN_DIR: an ini file, and the PHP file that it names."""
    prepended = folder / "prepend.php"
    ini = f'curl.cainfo="{bundle}"\nopenssl.cafile="{bundle}"\nauto_prepend_file="{prepended}"\n'
    return {prepended: _PHP_PREPENDED_FILE.encode(), folder / "recmock.ini": ini.encode()}


def read_node_preload() -> bytes:
    """Return the program that Node runs before the user's, and that gives `fetch` and `https` the proxy."""
    return Path(__file__).with_name("node_preload.js").read_bytes()


def find_wget_ca_files(environment: Mapping[str, str]) -> list[Path]:
    """Return the CA files that the user's own wgetrc names."""
    return [
        Path(os.fsdecode(value.strip()))
        for command, value in map(_parse_wget_line, _read_user_wgetrc(environment))
        if command == _WGET_CA_FILE
    ]


def _read_user_wgetrc(environment: Mapping[str, str]) -> list[bytes]:
    """Return the lines, or none if there is no file that can be read."""
    try:
        path = environment.get("WGETRC") or Path(environment.get("HOME") or Path.home(), ".wgetrc")
        return Path(path).read_bytes().splitlines()
    except (OSError, RuntimeError):  # RuntimeError: no variable and no entry of the system names a home
        return []


def _parse_wget_line(line: bytes) -> tuple[bytes, bytes]:
    """Return command and value. wget ignores case, hyphens and underscores in a command."""
    command, _, value = line.partition(b"=")
    return re.sub(rb"[-_\s]", b"", command).lower(), value
