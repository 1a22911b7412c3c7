// @ts-check
/** Whether the plan may be changed here: not where an old version is shown. */

export default class Editing {
  static $inject = ['config.editing'];

  constructor(allowed = true) {
    this.allowed = allowed;
  }
}
