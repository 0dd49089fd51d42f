// SPDX-License-Identifier: Apache-2.0
#include "core/atomic_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

#include "core/error.h"

namespace ohm {
namespace {

/// A file under a name nobody else uses, removed unless it was renamed to its final one.
class TemporaryFile {
 public:
  explicit TemporaryFile(std::filesystem::path target)
      : target_(std::move(target)), path_(unused_name(target_)) {
    // 0666 under the user's umask, as any other tool would create the file.
    descriptor_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (descriptor_ < 0) refuse(errno);
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
    if (!renamed_) ::unlink(path_.c_str());
  }

  void write(std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
      const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) refuse(errno);
      bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
  }

  void rename_to_target() {
    if (::fsync(descriptor_) != 0) refuse(errno);
    if (::close(std::exchange(descriptor_, -1)) != 0) refuse(errno);
    if (::rename(path_.c_str(), target_.c_str()) != 0) refuse(errno);
    renamed_ = true;
  }

 private:
  static std::filesystem::path unused_name(const std::filesystem::path& target) {
    static std::atomic<unsigned> counter{0};
    return target.parent_path() / fmt::format(".{}.{}.{}.tmp", target.filename().string(),
                                              ::getpid(), counter.fetch_add(1));
  }

  [[noreturn]] void refuse(int error_number) const {
    throw ConfigError(fmt::format(
        "{}: cannot be written: {}; expected a folder that exists, is writable and has space; "
        "create it or choose another",
        target_.string(), std::generic_category().message(error_number)));
  }

  std::filesystem::path target_;
  std::filesystem::path path_;
  int descriptor_ = -1;
  bool renamed_ = false;
};

}  // namespace

void write_file_atomically(const std::filesystem::path& path,
                           const std::vector<std::span<const std::byte>>& parts) {
  TemporaryFile file(path);
  for (const auto part : parts) file.write(part);
  file.rename_to_target();
}

}  // namespace ohm
