// SPDX-License-Identifier: Apache-2.0
#include "core/safetensors.h"

#include <fmt/format.h>

#include <bit>
#include <cstring>
#include <type_traits>

#include "core/error.h"
#include "core/half.h"
#include "core/mapped_file.h"
#include "core/spelling.h"

namespace ohm {

static_assert(std::endian::native == std::endian::little, "safetensors files are little-endian");

struct Safetensors::Contents {
  MappedFile file;
  std::vector<TensorEntry> entries;
  std::map<std::string, std::string> metadata;
  std::map<std::string, std::size_t, std::less<>> position;
};

namespace {

constexpr std::size_t prefix_size = 8;

/// Length of the JSON header, checked against the file that holds it.
std::size_t header_length(const MappedFile& file) {
  const auto bytes = file.bytes();
  if (bytes.size() < prefix_size)
    throw ConfigError(fmt::format(
        "{}: has {} bytes; expected at least {} of a safetensors file; re-download or re-save it",
        file.path().string(), bytes.size(), prefix_size));
  std::uint64_t length = 0;
  std::memcpy(&length, bytes.data(), prefix_size);
  if (length > longest_safetensors_header)
    throw ConfigError(fmt::format(
        "{}: header of {} bytes; expected at most {}; the file is damaged or not safetensors: "
        "re-download or re-save it",
        file.path().string(), length, longest_safetensors_header));
  if (length > bytes.size() - prefix_size)
    throw ConfigError(fmt::format(
        "{}: header of {} bytes ends past the end of the file ({} bytes); expected a whole file; "
        "re-download or re-save it",
        file.path().string(), length, bytes.size()));
  return static_cast<std::size_t>(length);
}

template <class T>
T load(std::span<const std::byte> bytes, std::size_t i) {
  T value;
  std::memcpy(&value, bytes.data() + i * sizeof(T), sizeof(T));
  return value;
}

/// Every element, loaded as a Stored and converted by `convert`.
template <class Stored, class Out, class Convert>
std::vector<Out> convert_each(std::span<const std::byte> bytes, Convert convert) {
  std::vector<Out> converted(bytes.size() / sizeof(Stored));
  for (std::size_t i = 0; i < converted.size(); ++i) converted[i] = convert(load<Stored>(bytes, i));
  return converted;
}

template <class Stored, class Out>
std::vector<Out> cast_each(std::span<const std::byte> bytes) {
  return convert_each<Stored, Out>(bytes, [](Stored value) { return static_cast<Out>(value); });
}

/// True if `dtype` was an integer type, whose values then are in `values`.
template <class Out>
bool read_integer_dtype(const TensorEntry& entry, std::vector<Out>& values) {
  switch (entry.dtype) {
    case Dtype::i64:
      values = cast_each<std::int64_t, Out>(entry.bytes);
      return true;
    case Dtype::i32:
      values = cast_each<std::int32_t, Out>(entry.bytes);
      return true;
    case Dtype::i16:
      values = cast_each<std::int16_t, Out>(entry.bytes);
      return true;
    case Dtype::i8:
      values = cast_each<std::int8_t, Out>(entry.bytes);
      return true;
    case Dtype::u8:
      values = cast_each<std::uint8_t, Out>(entry.bytes);
      return true;
    case Dtype::boolean:
      values = convert_each<std::uint8_t, Out>(
          entry.bytes, [](std::uint8_t byte) { return static_cast<Out>(byte != 0 ? 1 : 0); });
      return true;
    default:
      return false;
  }
}

template <class Out>
bool read_floating_dtype(const TensorEntry& entry, std::vector<Out>& values) {
  switch (entry.dtype) {
    case Dtype::f64:
      values = cast_each<double, Out>(entry.bytes);
      return true;
    case Dtype::f32:
      values = cast_each<float, Out>(entry.bytes);
      return true;
    case Dtype::f16:
      values = convert_each<std::uint16_t, Out>(entry.bytes, half_to_float);
      return true;
    case Dtype::bf16:
      values = convert_each<std::uint16_t, Out>(entry.bytes, bfloat16_to_float);
      return true;
    default:
      return false;
  }
}

[[noreturn]] void refuse_dtype(const std::filesystem::path& path, const TensorEntry& entry,
                               std::string_view expected) {
  throw ConfigError(
      fmt::format("{}: tensor {}: reading dtype {} is not supported; expected {}; "
                  "re-save it in one of these",
                  path.string(), in_quotes(entry.name), to_string(entry.dtype), expected));
}

}  // namespace

Safetensors Safetensors::open(const std::filesystem::path& path) {
  auto contents = std::make_shared<Contents>(Contents{MappedFile::open(path), {}, {}, {}});
  const std::size_t length = header_length(contents->file);
  const auto stored = contents->file.bytes().subspan(prefix_size + length);
  auto header = parse_safetensors_header(contents->file.text().substr(prefix_size, length),
                                         std::ssize(stored), path.string());
  for (TensorExtent& extent : header.extents) {
    const auto begin = static_cast<std::size_t>(extent.begin);
    const auto bytes = stored.subspan(begin, static_cast<std::size_t>(extent.end) - begin);
    contents->position.emplace(extent.name, contents->entries.size());
    contents->entries.push_back(
        {std::move(extent.name), extent.dtype, std::move(extent.shape), bytes});
  }
  contents->metadata = std::move(header.metadata);
  return Safetensors(std::move(contents));
}

const std::filesystem::path& Safetensors::path() const {
  return contents_->file.path();
}

const std::vector<TensorEntry>& Safetensors::entries() const {
  return contents_->entries;
}

const std::map<std::string, std::string>& Safetensors::metadata() const {
  return contents_->metadata;
}

bool Safetensors::contains(std::string_view name) const {
  return contents_->position.contains(name);
}

const TensorEntry& Safetensors::at(std::string_view name) const {
  const auto found = contents_->position.find(name);
  if (found != contents_->position.end()) return contents_->entries[found->second];
  std::vector<std::string> names;
  for (const TensorEntry& entry : entries()) names.push_back(entry.name);
  throw ConfigError(fmt::format("{}: no tensor {} among its {}{}", path().string(), in_quotes(name),
                                names.size(), did_you_mean(name, names)));
}

Tensor Safetensors::read_float(std::string_view name) const {
  const TensorEntry& entry = at(name);
  contents_->file.require_unchanged();
  std::vector<float> values;
  if (!read_floating_dtype(entry, values) && !read_integer_dtype(entry, values))
    refuse_dtype(path(), entry, "F64, F32, F16, BF16, I64, I32, I16, I8, U8 or BOOL");
  return Tensor(entry.shape, std::move(values));
}

std::vector<std::int64_t> Safetensors::read_integers(std::string_view name) const {
  const TensorEntry& entry = at(name);
  contents_->file.require_unchanged();
  std::vector<std::int64_t> values;
  if (!read_integer_dtype(entry, values))
    refuse_dtype(path(), entry, "I64, I32, I16, I8, U8 or BOOL");
  return values;
}

}  // namespace ohm
