#include "net/tls.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <array>
#include <stdexcept>

namespace diorama {

struct TlsTrust::Context {
    std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> handle{
        SSL_CTX_new(TLS_client_method()), SSL_CTX_free
    };

    Context()
    {
        if (!handle) throw std::runtime_error("OpenSSL gives no TLS context");
        SSL_CTX_set_min_proto_version(handle.get(), TLS1_2_VERSION);
        SSL_CTX_set_verify(handle.get(), SSL_VERIFY_PEER, nullptr);
    }
};

namespace {

std::string openssl_words()
{
    std::array<char, 256> text{};
    const auto code = ERR_get_error();
    ERR_clear_error();
    if (code == 0) return "the peer ended the handshake";
    ERR_error_string_n(code, text.data(), text.size());
    return text.data();
}

/// TLS by OpenSSL between two buffers in memory; the bytes travel over the stream beneath.
class TlsStream final : public Stream {
public:
    TlsStream(std::unique_ptr<Stream> below, std::shared_ptr<TlsTrust::Context> context)
        : below_(std::move(below)),
          context_(std::move(context)),
          ssl_(SSL_new(context_->handle.get()), SSL_free),
          in_(BIO_new(BIO_s_mem())),
          out_(BIO_new(BIO_s_mem()))
    {
        if (!ssl_ || !in_ || !out_) throw std::runtime_error("OpenSSL gives no TLS session");
        SSL_set_bio(ssl_.get(), in_, out_);
        SSL_set_connect_state(ssl_.get());
    }

    Task<Result<>> shake_hands(std::string host)
    {
        if (!expect(host))
            co_return Error{Code::invalid, fmt::format("'{}' is no host name", host), ""};
        for (;;) {
            ERR_clear_error();
            const int done = SSL_do_handshake(ssl_.get());
            const int why = SSL_get_error(ssl_.get(), done);
            const auto sent = co_await flush();
            if (done == 1) co_return sent;
            if (why != SSL_ERROR_WANT_READ) co_return untrusted(host);
            if (!sent) co_return sent.error();
            const auto more = co_await fill();
            if (!more) co_return more.error();
            if (!*more)
                co_return Error{
                    Code::unavailable, fmt::format("{} hung up during the TLS handshake", host), ""
                };
        }
    }

    Task<Result<std::size_t>> read(std::span<char> into) override
    {
        for (;;) {
            ERR_clear_error();
            std::size_t got = 0;
            const int done = SSL_read_ex(ssl_.get(), into.data(), into.size(), &got);
            if (done == 1) co_return got;
            const int why = SSL_get_error(ssl_.get(), done);
            if (why == SSL_ERROR_ZERO_RETURN) co_return std::size_t{0};
            if (why != SSL_ERROR_WANT_READ)
                co_return Error{Code::unavailable, "TLS: " + openssl_words(), ""};
            const auto more = co_await fill();
            if (!more) co_return more.error();
            // An end without TLS's own farewell may be an attacker's cut.
            if (!*more) co_return Error{Code::unavailable, "the TLS connection was cut off", ""};
        }
    }

    Task<Result<>> write(std::string_view bytes) override
    {
        while (!bytes.empty()) {
            ERR_clear_error();
            std::size_t taken = 0;
            const int done = SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &taken);
            if (done != 1) co_return Error{Code::unavailable, "TLS: " + openssl_words(), ""};
            bytes.remove_prefix(taken);
            const auto sent = co_await flush();
            if (!sent) co_return sent.error();
        }
        co_return ok();
    }

    void finish() override { below_->finish(); }
    void close() override { below_->close(); }
    bool quiet() const override { return SSL_pending(ssl_.get()) == 0 && below_->quiet(); }

private:
    /// Sets the name that the certificate must carry.
    bool expect(const std::string& host)
    {
        auto* parameters = SSL_get0_param(ssl_.get());
        if (X509_VERIFY_PARAM_set1_ip_asc(parameters, host.c_str()) == 1) return true;
        SSL_set_hostflags(ssl_.get(), X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
        return SSL_set_tlsext_host_name(ssl_.get(), host.c_str()) == 1 &&
               SSL_set1_host(ssl_.get(), host.c_str()) == 1;
    }

    Error untrusted(const std::string& host) const
    {
        const auto verified = SSL_get_verify_result(ssl_.get());
        if (verified == X509_V_OK)
            return {Code::unavailable, fmt::format("TLS with {}: {}", host, openssl_words()), ""};
        return {
            Code::unavailable,
            fmt::format(
                "the certificate of {} is not to be trusted: {}",
                host,
                X509_verify_cert_error_string(verified)
            ),
            "Correct the address, or add the authority that signed it to this machine's "
            "certificates."
        };
    }

    Task<Result<bool>> fill()
    {
        std::array<char, 16384> bytes{};
        const auto got = co_await below_->read(bytes);
        if (!got) co_return got.error();
        BIO_write(in_, bytes.data(), static_cast<int>(*got));
        co_return *got != 0;
    }

    Task<Result<>> flush()
    {
        std::string bytes(BIO_ctrl_pending(out_), '\0');
        if (bytes.empty()) co_return ok();
        BIO_read(out_, bytes.data(), static_cast<int>(bytes.size()));
        co_return co_await below_->write(bytes);
    }

    std::unique_ptr<Stream> below_;
    std::shared_ptr<TlsTrust::Context> context_;
    std::unique_ptr<SSL, decltype(&SSL_free)> ssl_;
    BIO* in_;  // Owned by ssl_, both.
    BIO* out_;
};

}  // namespace

TlsTrust TlsTrust::of_system()
{
    auto context = std::make_shared<Context>();
    SSL_CTX_set_default_verify_paths(context->handle.get());
    return TlsTrust(std::move(context));
}

Result<TlsTrust> TlsTrust::file(const std::string& pem)
{
    auto context = std::make_shared<Context>();
    if (SSL_CTX_load_verify_file(context->handle.get(), pem.c_str()) != 1) {
        return Error{
            Code::invalid,
            fmt::format("cannot read certificates from {}: {}", pem, openssl_words()),
            "Name a file of certificates in PEM form."
        };
    }
    return TlsTrust(std::move(context));
}

Task<Result<std::unique_ptr<Stream>>>
connect_tls(std::unique_ptr<Stream> stream, std::string host, TlsTrust trust)
{
    auto session = std::make_unique<TlsStream>(std::move(stream), trust.context());
    const auto ready = co_await session->shake_hands(std::move(host));
    if (!ready) co_return ready.error();
    co_return std::unique_ptr<Stream>(std::move(session));
}

}  // namespace diorama
