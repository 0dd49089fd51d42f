// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "core/safetensors_header.h"
#include "core/tensor.h"

namespace ohm {

/// A tensor to be stored: its bytes row-major and little-endian.
struct NamedTensor {
  std::string name;
  Dtype dtype = Dtype::f32;
  Shape shape;
  std::vector<std::byte> bytes;
};

/// Stored as F32, bit for bit.
NamedTensor as_f32(std::string name, const Tensor& tensor);

/// Stored as F16, rounded to nearest even.
///
/// Throws ArgumentError if a finite value is beyond fp16's range (65520 or more in size).
NamedTensor as_f16(std::string name, const Tensor& tensor);

/// Stored as I64. Throws ArgumentError if `values` is not as long as `shape` says.
NamedTensor as_i64(std::string name, Shape shape, std::span<const std::int64_t> values);

/// Writes a safetensors file atomically: widest elements first, then by name, header padded to 8
/// bytes, so that every tensor is aligned and equal content gives equal files.
///
/// Throws ArgumentError on a duplicate or reserved name, text that is not UTF-8, or bytes that do
/// not fit the shape; ConfigError if the file cannot be written.
void write_safetensors(const std::filesystem::path& path, const std::vector<NamedTensor>& tensors,
                       const std::map<std::string, std::string>& metadata = {});

}  // namespace ohm
