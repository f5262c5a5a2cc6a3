// Checks a ledger from outside with the note and tlog packages of the Go project, sharing no code with the server:
// the checkpoint's signature, every entry against the tiles and the root, proofs as the server makes them, and that an
// earlier checkpoint lies in the same history. Exits 1 at the first thing that is wrong.
//
//	ledgercheck -url http://127.0.0.1:8420/v1/orgs/default/ledger -vkey VKEY [-token T] [-old FILE] [-proofs 0,17]
package main

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const (
	tileHeight = 8
	tileWidth  = 1 << tileHeight
)

// log is one ledger seen over HTTP. It is also the TileReader of package tlog.
type log struct {
	url, token string
	verifier   note.Verifier
	client     *http.Client
	tiles      map[string][]byte
}

func (l *log) get(path string) ([]byte, error) {
	request, err := http.NewRequest("GET", l.url+"/"+path, nil)
	if err != nil {
		return nil, err
	}
	if l.token != "" {
		request.Header.Set("Authorization", "Bearer "+l.token)
	}
	response, err := l.client.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, 32<<20))
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s: %.200s", path, response.Status, body)
	}
	return body, err
}

func (l *log) Height() int { return tileHeight }

// ReadTiles leaves out the height from package tlog's paths, as C2SP tlog-tiles does.
func (l *log) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	all := make([][]byte, 0, len(tiles))
	for _, tile := range tiles {
		path := strings.Replace(tile.Path(), "tile/8/", "tile/", 1)
		content, known := l.tiles[path]
		if !known {
			var err error
			if content, err = l.get(path); err != nil {
				return nil, err
			}
			l.tiles[path] = content
		}
		all = append(all, content)
	}
	return all, nil
}

func (l *log) SaveTiles([]tlog.Tile, [][]byte) {}

func (l *log) openCheckpoint(signed []byte) (tlog.Tree, error) {
	opened, err := note.Open(signed, note.VerifierList(l.verifier))
	if err != nil {
		return tlog.Tree{}, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) < 4 || lines[0] != l.verifier.Name() {
		return tlog.Tree{}, fmt.Errorf("not a checkpoint of %s: %q", l.verifier.Name(), opened.Text)
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return tlog.Tree{}, err
	}
	root, err := tlog.ParseHash(lines[2])
	return tlog.Tree{N: size, Hash: root}, err
}

// bundle returns the entries [256n, 256n + width).
func (l *log) bundle(n int64, width int) ([][]byte, error) {
	path := tlog.Tile{H: tileHeight, L: -1, N: n, W: width}.Path()
	rest, err := l.get(strings.Replace(path, "tile/8/data/", "tile/entries/", 1))
	if err != nil {
		return nil, err
	}
	var entries [][]byte
	for len(rest) >= 2 {
		length := int(binary.BigEndian.Uint16(rest))
		if len(rest) < 2+length {
			return nil, fmt.Errorf("bundle %d is cut", n)
		}
		entries = append(entries, rest[2:2+length])
		rest = rest[2+length:]
	}
	if len(rest) != 0 || len(entries) != width {
		return nil, fmt.Errorf("bundle %d: %d entries, want %d, and %d bytes left", n, len(entries), width, len(rest))
	}
	return entries, nil
}

// checkLeaf reads the documented format (docs/formats/leaf.md) without any help from the server's code.
func checkLeaf(leaf []byte, earlier uint64) (uint64, error) {
	if len(leaf) < 76 || leaf[0] != 1 {
		return 0, errors.New("not a leaf of version 1")
	}
	at := binary.BigEndian.Uint64(leaf[19:])
	if at < earlier {
		return 0, errors.New("time runs backwards")
	}
	count := int(leaf[43])
	if count > 64 || len(leaf) != 76+32*count {
		return 0, errors.New("wrong length")
	}
	for i := 1; i < count; i++ {
		if bytes.Compare(leaf[12+32*i:44+32*i], leaf[44+32*i:76+32*i]) >= 0 {
			return 0, errors.New("subjects out of order")
		}
	}
	return at, nil
}

// checkEntries holds every entry against the tiles, and the tiles against the root, and proves each one.
func (l *log) checkEntries(tree tlog.Tree) error {
	reader := tlog.TileHashReader(tree, l)
	earlier := uint64(0)
	for start := int64(0); start < tree.N; start += tileWidth {
		width := int(min(tileWidth, tree.N-start))
		entries, err := l.bundle(start/tileWidth, width)
		if err != nil {
			return err
		}
		for i, entry := range entries {
			index := start + int64(i)
			if earlier, err = checkLeaf(entry, earlier); err != nil {
				return fmt.Errorf("entry %d: %w", index, err)
			}
			proof, err := tlog.ProveRecord(tree.N, index, reader)
			if err != nil {
				return fmt.Errorf("entry %d: %w", index, err)
			}
			if err := tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash(entry)); err != nil {
				return fmt.Errorf("entry %d: %w", index, err)
			}
		}
	}
	return nil
}

// checkProof reads a tlog-proof as the server makes it and holds it against the entry from the bundle.
func (l *log) checkProof(index int64, now tlog.Tree) error {
	text, err := l.get("proof/" + strconv.FormatInt(index, 10))
	if err != nil {
		return err
	}
	head, checkpoint, found := strings.Cut(string(text), "\n\n")
	lines := strings.Split(head, "\n")
	if !found || len(lines) < 2 || lines[0] != "c2sp.org/tlog-proof@v1" || lines[1] != fmt.Sprintf("index %d", index) {
		return fmt.Errorf("not a tlog-proof of entry %d: %.200q", index, text)
	}
	var proof tlog.RecordProof
	for _, line := range lines[2:] {
		hash, err := base64.StdEncoding.DecodeString(line)
		if err != nil || len(hash) != tlog.HashSize {
			return fmt.Errorf("proof of %d: bad hash %q", index, line)
		}
		proof = append(proof, tlog.Hash(hash))
	}
	tree, err := l.openCheckpoint([]byte(checkpoint))
	if err != nil {
		return err
	}
	start := index / tileWidth * tileWidth
	entries, err := l.bundle(start/tileWidth, int(min(tileWidth, now.N-start)))
	if err != nil {
		return err
	}
	return tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash(entries[index-start]))
}

// checkGrowth proves that the tree of an earlier checkpoint is a beginning of this one.
func (l *log) checkGrowth(file string, tree tlog.Tree) error {
	signed, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	old, err := l.openCheckpoint(signed)
	if err != nil {
		return err
	}
	proof, err := tlog.ProveTree(tree.N, old.N, tlog.TileHashReader(tree, l))
	if err != nil {
		return err
	}
	if err := tlog.CheckTree(proof, tree.N, tree.Hash, old.N, old.Hash); err != nil {
		return err
	}
	fmt.Printf("the tree of %d entries is a beginning of the tree of %d\n", old.N, tree.N)
	return nil
}

func run() error {
	url := flag.String("url", "", "the ledger's address, without a slash at its end")
	token := flag.String("token", "", "bearer token")
	vkey := flag.String("vkey", "", "verifier key")
	old := flag.String("old", "", "file with an earlier checkpoint")
	proofs := flag.String("proofs", "", "indexes whose proofs to fetch, separated by commas")
	flag.Parse()
	verifier, err := note.NewVerifier(strings.TrimSpace(*vkey))
	if err != nil {
		return err
	}
	client := &http.Client{Timeout: 30 * time.Second}
	ledger := &log{*url, *token, verifier, client, map[string][]byte{}}
	signed, err := ledger.get("checkpoint")
	if err != nil {
		return err
	}
	tree, err := ledger.openCheckpoint(signed)
	if err != nil {
		return err
	}
	fmt.Printf("checkpoint of %s: %d entries, root %v\n", verifier.Name(), tree.N, tree.Hash)
	if err := ledger.checkEntries(tree); err != nil {
		return err
	}
	fmt.Printf("entries verified: %d\n", tree.N)
	for _, text := range strings.FieldsFunc(*proofs, func(r rune) bool { return r == ',' }) {
		index, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return err
		}
		if err := ledger.checkProof(index, tree); err != nil {
			return fmt.Errorf("proof of %d: %w", index, err)
		}
		fmt.Printf("proof of entry %d is good\n", index)
	}
	if *old != "" {
		return ledger.checkGrowth(*old, tree)
	}
	return nil
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "ledgercheck:", err)
		os.Exit(1)
	}
}
