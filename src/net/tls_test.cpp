#include "net/client.hpp"

#include <doctest/doctest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <arpa/inet.h>
#include <filesystem>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

using namespace diorama;

namespace {

/// A certificate for the host name "localhost", signed by itself.
struct Identity {
    std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key{EVP_EC_gen("P-256"), EVP_PKEY_free};
    std::unique_ptr<X509, decltype(&X509_free)> certificate{X509_new(), X509_free};
    std::string file =
        std::filesystem::temp_directory_path() / fmt::format("diorama-tls-{}.pem", ::getpid());

    Identity()
    {
        X509* x = certificate.get();
        X509_set_version(x, X509_VERSION_3);
        ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
        X509_gmtime_adj(X509_getm_notBefore(x), -60);
        X509_gmtime_adj(X509_getm_notAfter(x), 3600);
        X509_set_pubkey(x, key.get());
        const auto* name = reinterpret_cast<const unsigned char*>("diorama test");
        X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_UTF8, name, -1, -1, 0);
        X509_set_issuer_name(x, X509_get_subject_name(x));
        auto* names = X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, "DNS:localhost");
        X509_add_ext(x, names, -1);
        X509_EXTENSION_free(names);
        X509_sign(x, key.get(), EVP_sha256());
        auto* out = std::fopen(file.c_str(), "w");
        PEM_write_X509(out, x);
        std::fclose(out);
    }
    ~Identity() { std::filesystem::remove(file); }
};

/// Answers `visits` connections on a loopback port, one after the other, on its own thread.
class TlsServer {
public:
    TlsServer(const Identity& identity, int visits)
    {
        SSL_CTX_use_certificate(context_.get(), identity.certificate.get());
        SSL_CTX_use_PrivateKey(context_.get(), identity.key.get());
        sockaddr_in own{.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
        socklen_t size = sizeof own;
        ::bind(listener_, reinterpret_cast<sockaddr*>(&own), size);
        ::listen(listener_, 8);
        ::getsockname(listener_, reinterpret_cast<sockaddr*>(&own), &size);
        port_ = ntohs(own.sin_port);
        thread_ = std::jthread([this, visits] {
            for (int i = 0; i < visits; ++i)
                serve(::accept(listener_, nullptr, nullptr));
        });
    }
    ~TlsServer()
    {
        thread_.join();
        ::close(listener_);
    }
    std::uint16_t port() const { return port_; }

private:
    void serve(int fd)
    {
        const std::unique_ptr<SSL, decltype(&SSL_free)> ssl(SSL_new(context_.get()), SSL_free);
        SSL_set_fd(ssl.get(), fd);
        std::array<char, 4096> request{};
        if (SSL_accept(ssl.get()) == 1 && SSL_read(ssl.get(), request.data(), request.size()) > 0) {
            const std::string body(100'000, 's');
            const auto answer =
                fmt::format("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{}", body.size(), body);
            SSL_write(ssl.get(), answer.data(), static_cast<int>(answer.size()));
            SSL_shutdown(ssl.get());
        }
        ::close(fd);
    }

    std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_{
        SSL_CTX_new(TLS_server_method()), SSL_CTX_free
    };
    int listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    std::uint16_t port_ = 0;
    std::jthread thread_;
};

Result<Response> get(std::string host, std::uint16_t port, std::optional<TlsTrust> trust)
{
    Loop loop;
    Client client(
        loop, {.kind = Address::Kind::tls, .host = std::move(host), .port = port}, std::move(trust)
    );
    return loop.run(client.send({.target = "/"}));
}

}  // namespace

TEST_CASE("https is spoken with a server whose certificate is trusted and names the host")
{
    const Identity identity;
    const TlsServer server(identity, 1);
    const auto response = get("localhost", server.port(), TlsTrust::file(identity.file).value());
    REQUIRE_MESSAGE(response.has_value(), response.error().text());
    CHECK(response->body.size() == 100'000);
}

TEST_CASE("https is refused when nobody we trust signed the certificate, or it names another host")
{
    const Identity identity;
    const TlsServer server(identity, 2);
    const auto unknown = get("localhost", server.port(), std::nullopt);
    CHECK(unknown.error().code == Code::unavailable);
    CHECK(
        unknown.error().message.find("not to be trusted: self-signed certificate") !=
        std::string::npos
    );
    const auto other = get("127.0.0.1", server.port(), TlsTrust::file(identity.file).value());
    CHECK(other.error().message.find("IP address mismatch") != std::string::npos);
    CHECK(TlsTrust::file("/nowhere.pem").error().code == Code::invalid);
}
