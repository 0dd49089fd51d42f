// SPDX-License-Identifier: Apache-2.0
#include "core/mapped_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "core/error.h"

namespace ohm {

struct MappedFile::Mapping {
  std::filesystem::path path;
  int descriptor = -1;
  void* start = nullptr;
  std::size_t size = 0;

  Mapping() = default;
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;
  ~Mapping() {
    if (start != nullptr) ::munmap(start, size);
    if (descriptor >= 0) ::close(descriptor);
  }
};

namespace {

[[noreturn]] void refuse(const std::filesystem::path& path, int error_number) {
  throw ConfigError(
      fmt::format("{}: cannot be read: {}; expected a readable file; check the path "
                  "and its permissions",
                  path.string(), std::generic_category().message(error_number)));
}

/// Size of the regular file behind `descriptor`.
std::size_t regular_file_size(int descriptor, const std::filesystem::path& path) {
  struct stat status {};
  if (::fstat(descriptor, &status) != 0) refuse(path, errno);
  if (!S_ISREG(status.st_mode))
    throw ConfigError(fmt::format("{}: is {}; expected a regular file; check the path",
                                  path.string(),
                                  S_ISDIR(status.st_mode) ? "a folder" : "a device or pipe"));
  return static_cast<std::size_t>(status.st_size);
}

}  // namespace

MappedFile MappedFile::open(const std::filesystem::path& path) {
  auto mapping = std::make_shared<Mapping>();
  mapping->path = path;
  // O_NONBLOCK: opening a pipe that nobody writes must fail the check below, not hang.
  mapping->descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (mapping->descriptor < 0) refuse(path, errno);
  const std::size_t size = regular_file_size(mapping->descriptor, path);
  if (size > 0) {  // mmap refuses empty files
    void* start = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, mapping->descriptor, 0);
    if (start == MAP_FAILED) refuse(path, errno);
    mapping->start = start;
    mapping->size = size;
  }
  MappedFile file(std::move(mapping));
  file.require_unchanged();
  return file;
}

const std::filesystem::path& MappedFile::path() const {
  return mapping_->path;
}

std::span<const std::byte> MappedFile::bytes() const {
  return {static_cast<const std::byte*>(mapping_->start), mapping_->size};
}

std::string_view MappedFile::text() const {
  return {static_cast<const char*>(mapping_->start), mapping_->size};
}

void MappedFile::require_unchanged() const {
  const std::size_t size = regular_file_size(mapping_->descriptor, mapping_->path);
  if (size != mapping_->size)
    throw ConfigError(fmt::format(
        "{}: size changed from {} to {} bytes while in use; expected a file that nobody writes to; "
        "wait for the download or job that writes it, then run again",
        mapping_->path.string(), mapping_->size, size));
}

}  // namespace ohm
