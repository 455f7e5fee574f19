// A KMS v2 plugin for the tests: a key of its own in memory, made from its name, behind a unix socket.
// What it encrypts another one of the same name decrypts, and one of another name does not.
package main

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"os"
	"time"

	"k8s.io/kms/pkg/service"
)

type plugin struct {
	sealer cipher.AEAD
	keyID  string
}

func (p *plugin) Encrypt(_ context.Context, _ string, data []byte) (*service.EncryptResponse, error) {
	nonce := make([]byte, p.sealer.NonceSize())
	if _, err := rand.Read(nonce); err != nil {
		return nil, err
	}
	return &service.EncryptResponse{Ciphertext: p.sealer.Seal(nonce, nonce, data, nil), KeyID: p.keyID}, nil
}

func (p *plugin) Decrypt(_ context.Context, _ string, req *service.DecryptRequest) ([]byte, error) {
	size := p.sealer.NonceSize()
	if len(req.Ciphertext) < size || req.KeyID != p.keyID {
		return nil, errors.New("not mine")
	}
	return p.sealer.Open(nil, req.Ciphertext[:size], req.Ciphertext[size:], nil)
}

func (p *plugin) Status(context.Context) (*service.StatusResponse, error) {
	return &service.StatusResponse{Version: "v2", Healthz: "ok", KeyID: p.keyID}, nil
}

// main takes the socket's path and the name of the key.
func main() {
	key := sha256.Sum256([]byte(os.Args[2]))
	block, err := aes.NewCipher(key[:])
	if err != nil {
		panic(err)
	}
	sealer, err := cipher.NewGCM(block)
	if err != nil {
		panic(err)
	}
	server := service.NewGRPCService(os.Args[1], 5*time.Second, &plugin{sealer, os.Args[2]})
	if err := server.ListenAndServe(); err != nil {
		panic(err)
	}
}
