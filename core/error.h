// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdexcept>
#include <string>

namespace ohm {

/// Base of everything the library throws on purpose.
///
/// The text is one sentence: where: what was found; what was expected; how to mend it.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The user's file is wrong: a configuration, a checkpoint, an experiment. Python:
/// ohmformer.ConfigError (ValueError).
class ConfigError : public Error {
 public:
  using Error::Error;
};

/// The call is wrong: a shape, a range, an order. Python: ohmformer.ArgumentError (ValueError).
class ArgumentError : public Error {
 public:
  using Error::Error;
};

/// The numerics failed: the text gives residual and tolerance. Python: ohmformer.SolveError
/// (RuntimeError).
class SolveError : public Error {
 public:
  using Error::Error;
};

}  // namespace ohm
