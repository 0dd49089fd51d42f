// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/index.h"
#include "core/tensor.h"

namespace ohm {

/// Element types of the safetensors format.
enum class Dtype {
  boolean,
  u8,
  i8,
  f8_e5m2,
  f8_e4m3,
  f8_e5m2fnuz,
  f8_e4m3fnuz,
  f8_e8m0,
  f4,
  f6_e2m3,
  f6_e3m2,
  i16,
  u16,
  f16,
  bf16,
  i32,
  u32,
  f32,
  i64,
  u64,
  f64,
  c64
};

/// The name the format gives the type: "F32", "BF16", "BOOL".
std::string_view to_string(Dtype dtype);

/// Bits of one element: 4 to 64.
Index bits_each(Dtype dtype);

/// One tensor as the header announces it, its bytes at [begin, end) of the data section.
struct TensorExtent {
  std::string name;
  Dtype dtype = Dtype::f32;
  Shape shape;
  Index begin = 0;
  Index end = 0;
};

/// A checked header: tensors in the order of their bytes, which they cover exactly once.
struct SafetensorsHeader {
  std::vector<TensorExtent> extents;
  std::map<std::string, std::string> metadata;
};

/// Longest header accepted, in bytes; the limit of the reference implementation.
inline constexpr std::uint64_t longest_safetensors_header = 100'000'000;

/// Reads the JSON header of a safetensors file whose data section has `data_size` bytes.
///
/// Refuses all that the format forbids: https://github.com/huggingface/safetensors#format.
/// Departure: a tensor has at most 64 axes (NumPy's limit).
/// Throws ConfigError naming `file`, the tensor, what was found and what was expected.
SafetensorsHeader parse_safetensors_header(std::string_view json, Index data_size,
                                           const std::string& file);

}  // namespace ohm
