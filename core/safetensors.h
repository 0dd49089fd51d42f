// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/safetensors_header.h"
#include "core/tensor.h"

namespace ohm {

/// One tensor of a file: row-major, little-endian, possibly unaligned bytes in the mapped file.
struct TensorEntry {
  std::string name;
  Dtype dtype = Dtype::f32;
  Shape shape;
  std::span<const std::byte> bytes;
};

/// A safetensors file, checked in full when opened and read through a memory map.
///
/// Copies are cheap and share the map; entries and their bytes live as long as any copy does.
/// See MappedFile for what happens when another process shortens the file meanwhile.
class Safetensors {
 public:
  /// Throws ConfigError if the file is missing, damaged or hostile (safetensors_header.h).
  static Safetensors open(const std::filesystem::path& path);

  const std::filesystem::path& path() const;
  /// In the order of their bytes in the file.
  const std::vector<TensorEntry>& entries() const;
  const std::map<std::string, std::string>& metadata() const;

  bool contains(std::string_view name) const;
  /// Throws ConfigError with the closest name if there is none.
  const TensorEntry& at(std::string_view name) const;

  /// F64, F32, F16, BF16, I64, I32, I16, I8, U8 or BOOL rounded to fp32; NaN and Inf pass.
  ///
  /// Throws ConfigError on an unknown name, another dtype, or a file that has changed size since.
  Tensor read_float(std::string_view name) const;

  /// I64, I32, I16, I8, U8 or BOOL (0 or 1) in row-major order, exactly.
  ///
  /// Throws ConfigError on an unknown name, another dtype, or a file that has changed size since.
  std::vector<std::int64_t> read_integers(std::string_view name) const;

 private:
  struct Contents;
  explicit Safetensors(std::shared_ptr<const Contents> contents) : contents_(std::move(contents)) {}
  std::shared_ptr<const Contents> contents_;
};

}  // namespace ohm
