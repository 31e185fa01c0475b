import express from "express";
import { askMounts } from "./express_mounts.js";

askMounts(express);
