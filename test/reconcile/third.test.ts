/** The reconciliation model of every fourth provider, from the third one on (suite.ts). */
import { playQuarter } from './suite.ts';

playQuarter(2);
