// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "core/index.h"

namespace ohm {

/// What a JSON text from an untrusted file may contain at most.
struct JsonLimits {
  Index depth = 64;                     ///< Containers inside one another.
  Index array_length = Index{1} << 24;  ///< Elements of one array.
};

/// Parses JSON (RFC 8259) and refuses what the standard leaves open: duplicate keys, NUL bytes,
/// invalid UTF-8, comments, anything after the value, and whatever exceeds `limits`.
///
/// `where` opens the error's text (a file, a part of it) and `mend` closes it.
/// Throws ConfigError.
nlohmann::json parse_strict_json(std::string_view text, const std::string& where,
                                 const std::string& mend, const JsonLimits& limits = {});

}  // namespace ohm
