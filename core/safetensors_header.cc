// SPDX-License-Identifier: Apache-2.0
#include "core/safetensors_header.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <tuple>
#include <utility>

#include "core/error.h"
#include "core/spelling.h"
#include "core/strict_json.h"

namespace ohm {
namespace {

using nlohmann::json;

const std::string mend = "the file is damaged or not safetensors: re-download or re-save it";

struct DtypeRow {
  Dtype dtype;
  std::string_view name;
  Index bits;
};

constexpr std::array dtype_table = {
    DtypeRow{Dtype::boolean, "BOOL", 8},
    DtypeRow{Dtype::u8, "U8", 8},
    DtypeRow{Dtype::i8, "I8", 8},
    DtypeRow{Dtype::f8_e5m2, "F8_E5M2", 8},
    DtypeRow{Dtype::f8_e4m3, "F8_E4M3", 8},
    DtypeRow{Dtype::f8_e5m2fnuz, "F8_E5M2FNUZ", 8},
    DtypeRow{Dtype::f8_e4m3fnuz, "F8_E4M3FNUZ", 8},
    DtypeRow{Dtype::f8_e8m0, "F8_E8M0", 8},
    DtypeRow{Dtype::f4, "F4", 4},
    DtypeRow{Dtype::f6_e2m3, "F6_E2M3", 6},
    DtypeRow{Dtype::f6_e3m2, "F6_E3M2", 6},
    DtypeRow{Dtype::i16, "I16", 16},
    DtypeRow{Dtype::u16, "U16", 16},
    DtypeRow{Dtype::f16, "F16", 16},
    DtypeRow{Dtype::bf16, "BF16", 16},
    DtypeRow{Dtype::i32, "I32", 32},
    DtypeRow{Dtype::u32, "U32", 32},
    DtypeRow{Dtype::f32, "F32", 32},
    DtypeRow{Dtype::i64, "I64", 64},
    DtypeRow{Dtype::u64, "U64", 64},
    DtypeRow{Dtype::f64, "F64", 64},
    DtypeRow{Dtype::c64, "C64", 64},
};

const DtypeRow& row_of(Dtype dtype) {
  return *std::find_if(dtype_table.begin(), dtype_table.end(),
                       [&](const DtypeRow& row) { return row.dtype == dtype; });
}

/// What a refusal is about: one tensor of one file.
struct Place {
  const std::string& file;
  const std::string& tensor;

  [[noreturn]] void refuse(const std::string& found_and_expected) const {
    throw ConfigError(
        fmt::format("{}: tensor {}: {}; {}", file, in_quotes(tensor), found_and_expected, mend));
  }
};

const json& member(const json& object, const char* key, const Place& place) {
  const auto found = object.find(key);
  if (found == object.end()) place.refuse(fmt::format("'{}' is missing", key));
  return *found;
}

/// A JSON integer in [0, largest Index].
Index read_size(const json& value, const char* key, const Place& place) {
  const bool fits =
      value.is_number_unsigned() &&
      value.get<std::uint64_t>() <= static_cast<std::uint64_t>(std::numeric_limits<Index>::max());
  if (!fits)
    place.refuse(fmt::format("'{}' holds {}; expected integers from 0 to 2^63 - 1", key,
                             in_quotes(value.is_structured() ? value.type_name() : value.dump())));
  return value.get<Index>();
}

std::vector<Index> read_sizes(const json& object, const char* key, const Place& place) {
  const json& list = member(object, key, place);
  if (!list.is_array())
    place.refuse(fmt::format("'{}' is {}; expected a list of integers", key, list.type_name()));
  std::vector<Index> sizes;
  sizes.reserve(list.size());
  for (const json& value : list) sizes.push_back(read_size(value, key, place));
  return sizes;
}

Dtype read_dtype(const json& object, const Place& place) {
  const json& value = member(object, "dtype", place);
  if (!value.is_string())
    place.refuse(fmt::format("'dtype' is {}; expected a name such as F32", value.type_name()));
  const auto& name = value.get_ref<const std::string&>();
  const auto* row = std::find_if(dtype_table.begin(), dtype_table.end(),
                                 [&](const DtypeRow& known) { return known.name == name; });
  if (row != dtype_table.end()) return row->dtype;
  std::vector<std::string> names;
  for (const DtypeRow& known : dtype_table) names.emplace_back(known.name);
  place.refuse(fmt::format("unknown dtype {}; expected one of {}{}", in_quotes(name),
                           fmt::join(names, ", "), did_you_mean(name, names)));
}

/// Bytes that `shape` takes, or nothing if they cannot be counted or end within a byte.
std::optional<Index> byte_count(const Shape& shape, Dtype dtype) {
  Index bits = bits_each(dtype);
  bool empty = false;
  for (const Index extent : shape) {
    if (extent == 0)
      empty = true;
    else if (bits > std::numeric_limits<Index>::max() / extent)
      return std::nullopt;
    else
      bits *= extent;
  }
  if (empty) return 0;
  return bits % 8 == 0 ? std::optional(bits / 8) : std::nullopt;
}

void require_size(const TensorExtent& extent, const Place& place) {
  const auto expected = byte_count(extent.shape, extent.dtype);
  if (!expected)
    place.refuse(fmt::format("shape {} of {} is not a whole, addressable number of bytes",
                             to_string(extent.shape), to_string(extent.dtype)));
  if (extent.end - extent.begin != *expected)
    place.refuse(fmt::format("'data_offsets' span {} bytes; expected {} for shape {} of {}",
                             extent.end - extent.begin, *expected, to_string(extent.shape),
                             to_string(extent.dtype)));
}

TensorExtent read_extent(const std::string& name, const json& value, Index data_size,
                         const std::string& file) {
  const Place place{file, name};
  if (!value.is_object())
    place.refuse(fmt::format("is {}; expected an object of dtype, shape and data_offsets",
                             value.type_name()));
  TensorExtent extent{name, read_dtype(value, place), read_sizes(value, "shape", place)};
  const auto offsets = read_sizes(value, "data_offsets", place);
  if (offsets.size() != 2)
    place.refuse(fmt::format("'data_offsets' has {} entries; expected 2", offsets.size()));
  extent.begin = offsets[0];
  extent.end = offsets[1];
  if (extent.begin > extent.end)
    place.refuse(fmt::format("'data_offsets' begin at {} and end at {}; expected begin <= end",
                             extent.begin, extent.end));
  if (extent.end > data_size)
    place.refuse(
        fmt::format("'data_offsets' end at {}; expected at most {}, the bytes that follow "
                    "the header",
                    extent.end, data_size));
  require_size(extent, place);
  return extent;
}

std::map<std::string, std::string> read_metadata(const json& value, const std::string& file) {
  if (!value.is_object())
    throw ConfigError(fmt::format("{}: '__metadata__' is {}; expected an object of strings; {}",
                                  file, value.type_name(), mend));
  std::map<std::string, std::string> metadata;
  for (const auto& [key, text] : value.items()) {
    if (!text.is_string())
      throw ConfigError(fmt::format("{}: '__metadata__' key {} is {}; expected a string; {}", file,
                                    in_quotes(key), text.type_name(), mend));
    metadata.emplace(key, text.get<std::string>());
  }
  return metadata;
}

/// Throws unless the extents, sorted by offset, cover [0, data_size) without overlap or gap.
void require_exact_cover(const std::vector<TensorExtent>& extents, Index data_size,
                         const std::string& file) {
  Index covered = 0;
  const std::string* previous = nullptr;
  for (const TensorExtent& extent : extents) {
    const Place place{file, extent.name};
    if (extent.begin < covered)
      place.refuse(
          fmt::format("begins at byte {} inside tensor {}, which ends at {}; expected "
                      "tensors that do not overlap",
                      extent.begin, in_quotes(*previous), covered));
    if (extent.begin > covered)
      place.refuse(
          fmt::format("begins at byte {} but the bytes from {} belong to no tensor; "
                      "expected no gaps",
                      extent.begin, covered));
    covered = extent.end;
    previous = &extent.name;
  }
  if (covered != data_size)
    throw ConfigError(
        fmt::format("{}: {} bytes after the last tensor belong to none; expected "
                    "the file to end with its last tensor; {}",
                    file, data_size - covered, mend));
}

}  // namespace

std::string_view to_string(Dtype dtype) {
  return row_of(dtype).name;
}

Index bits_each(Dtype dtype) {
  return row_of(dtype).bits;
}

SafetensorsHeader parse_safetensors_header(std::string_view text, Index data_size,
                                           const std::string& file) {
  if (!text.starts_with('{'))
    throw ConfigError(
        fmt::format("{}: header does not begin with '{{'; expected a JSON object; {}", file, mend));
  const JsonLimits limits{.depth = 8, .array_length = 64};
  const json header = parse_strict_json(text, file + ": header", mend, limits);
  SafetensorsHeader parsed;
  for (const auto& [name, value] : header.items()) {
    if (name == "__metadata__")
      parsed.metadata = read_metadata(value, file);
    else
      parsed.extents.push_back(read_extent(name, value, data_size, file));
  }
  std::sort(parsed.extents.begin(), parsed.extents.end(),
            [](const TensorExtent& a, const TensorExtent& b) {
              return std::tie(a.begin, a.end, a.name) < std::tie(b.begin, b.end, b.name);
            });
  require_exact_cover(parsed.extents, data_size, file);
  return parsed;
}

}  // namespace ohm
