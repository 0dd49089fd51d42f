// SPDX-License-Identifier: Apache-2.0
#include "crossbar/wires/conductance_cache.h"

#include <fmt/format.h>

#include <array>
#include <bit>
#include <cstdint>
#include <fstream>
#include <optional>
#include <span>

#include "core/atomic_file.h"
#include "core/error.h"
#include "crossbar/wires/elimination.h"

namespace ohm {
namespace {

using Hash = std::array<std::uint64_t, 2>;

/// First word of every file; the last digit is the version of the format and of the solver.
constexpr std::uint64_t kFormat = 0x4f484d4745464632;  // "OHMGEFF2", also tells byte order

/// Two independent 64-bit hashes, each a chain of bijections of its state, taking 64 bits at a
/// time.
class Hasher {
 public:
  void add(std::uint64_t word) {
    for (size_t k = 0; k < 2; ++k) {
      state_[k] = (state_[k] ^ word) * kMultipliers[k];
      state_[k] ^= state_[k] >> 29;
      state_[k] = std::rotl(state_[k], 23);
    }
  }
  void add(double value) { add(std::bit_cast<std::uint64_t>(value)); }
  void add(std::span<const double> values) {
    for (const double value : values) add(value);
  }
  Hash hash() {
    add(std::uint64_t{0x9e3779b97f4a7c15});
    add(std::uint64_t{0xd1b54a32d192ed03});
    return state_;
  }

 private:
  static constexpr Hash kMultipliers{0xff51afd7ed558ccd, 0x94d049bb133111eb};
  Hash state_{0x6a09e667f3bcc908, 0xbb67ae8584caa73b};
};

struct Header {
  std::uint64_t format = kFormat;
  Hash key{};
  std::int64_t rows = 0, cols = 0;
  Hash checksum{};

  bool operator==(const Header&) const = default;
};

Hash key_of(const Matrix<double>& g, const WireResistances& w) {
  Hasher hasher;
  hasher.add(kFormat);
  hasher.add(static_cast<std::uint64_t>(g.rows));
  hasher.add(static_cast<std::uint64_t>(g.cols));
  for (const double value : {w.r_wordline, w.r_bitline, w.r_driver, w.r_sense}) {
    hasher.add(value);
  }
  hasher.add(static_cast<std::uint64_t>(w.drive_both_ends) +
             2 * static_cast<std::uint64_t>(w.sense_both_ends));
  hasher.add(std::span<const double>(g.values));
  return hasher.hash();
}

Header header_of(const Matrix<double>& g_eff, const Hash& key) {
  Hasher hasher;
  hasher.add(std::span<const double>(g_eff.values));
  return {kFormat, key, g_eff.rows, g_eff.cols, hasher.hash()};
}

/// The matrix in `path`, or nothing if the file is not exactly what this program wrote for `key`.
std::optional<Matrix<double>> load(const std::filesystem::path& path, const Matrix<double>& g,
                                   const Hash& key) {
  std::error_code absent;
  const std::uintmax_t length = std::filesystem::file_size(path, absent);
  Matrix<double> g_eff(g.rows, g.cols);
  const std::span bytes = std::as_writable_bytes(std::span(g_eff.values));
  if (absent || length != sizeof(Header) + bytes.size()) return std::nullopt;
  Header header;
  std::ifstream file(path, std::ios::binary);
  file.read(reinterpret_cast<char*>(&header), sizeof header);
  file.read(reinterpret_cast<char*>(bytes.data()), std::ssize(bytes));
  if (!file || header != header_of(g_eff, key)) return std::nullopt;
  return g_eff;
}

std::filesystem::path file_of(const std::filesystem::path& folder, const Hash& key) {
  return folder / fmt::format("{:016x}{:016x}.geff", key[0], key[1]);
}

void make_folder(const std::filesystem::path& folder) {
  std::error_code failed;
  std::filesystem::create_directories(folder, failed);
  if (!failed) return;
  throw ConfigError(fmt::format(
      "{}: cannot be made ({}); effective matrices are kept in a folder; name one that can be "
      "written",
      folder.string(), failed.message()));
}

}  // namespace

std::filesystem::path conductance_cache_file(const std::filesystem::path& folder,
                                             const Matrix<double>& g,
                                             const WireResistances& wires) {
  return file_of(folder, key_of(g, wires));
}

Matrix<double> cached_effective_conductance(const std::filesystem::path& folder,
                                            const Matrix<double>& g, const WireResistances& wires) {
  check_network(g, wires);
  const Hash key = key_of(g, wires);
  const std::filesystem::path path = file_of(folder, key);
  if (auto kept = load(path, g, key)) return *std::move(kept);
  const Matrix<double> g_eff = effective_conductance(g, wires);
  const Header header = header_of(g_eff, key);
  make_folder(folder);
  write_file_atomically(path, {std::as_bytes(std::span(&header, 1)),
                               std::as_bytes(std::span<const double>(g_eff.values))});
  return g_eff;
}

}  // namespace ohm
